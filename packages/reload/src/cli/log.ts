import { createJsonWriter, paint, type Output } from '@live-online/internal/command-line/output';
import type { UpdateReport } from '../events.ts';
import type { Listening } from '../http/listen.ts';
import { describeFiles, describePages } from './describe-update.ts';

/** What the command line says while it runs. */
export interface Log {
  listening(where: Listening, about: About): void;
  update(report: UpdateReport): void;
  backend(change: { state: 'down'; problem: string } | { state: 'up' }): void;
  warning(text: string): void;
  error(text: string): void;
  closing(): void;
}

/** What is being served, for the lines at the start. */
export interface About {
  /** Such as `content` or `http://localhost:8000`. */
  source: string;
  kind: 'folder' | 'proxy' | 'none';
  watched: string[];
  /** Further addresses, as seen from other machines. */
  network: string[];
}

/** One JSON object a line. */
export function createJsonLog(out: Output): Log {
  const say = createJsonWriter(out);
  return {
    listening: ({ url }, { network }) => say('listening', { url, ...(network.length > 0 && { network }) }),
    update: (report) => say('update', report),
    backend: (change) => say('backend', change),
    warning: (message) => say('warning', { message }),
    error: (message) => say('error', { message }),
    closing: () => say('closing'),
  };
}

/** Lines for people, one for each thing that happens. */
export function createPrettyLog(out: Output, errors: Output): Log {
  const say = (text: string): void => out.write(`${text}\n`);
  const stamped = (text: string): void => say(`${paint('dim', timeOfDay())}  ${text}`);
  return {
    listening({ url }, { kind, source, watched, network }) {
      const heads = {
        folder: `Serving ${paint('bold', source)} at ${paint('bold', url)}`,
        proxy: `In front of ${paint('bold', source)} at ${paint('bold', url)}`,
        none: `Telling pages of others about ${paint('bold', source)} at ${paint('bold', url)}`,
      };
      say(heads[kind]);
      for (const address of network) say(`  and in your network at ${paint('bold', address)}`);
      const hint = kind === 'none' ? `Into your pages: <script src="${url}"></script>` : '';
      if (hint) say(paint('dim', hint));
      if (kind === 'proxy' || (kind === 'folder' && watched.length > 1))
        say(paint('dim', `Watching ${watched.join(', ')}`));
      say(paint('dim', 'Save a file and look; Ctrl-C ends it.'));
    },
    update: (report) =>
      stamped(`${describeFiles(report.files)} ${paint('dim', '→')} ${describePages(report)}`),
    backend: (change) =>
      stamped(
        change.state === 'down'
          ? `${paint('yellow', 'the backend is away')} (${change.problem}); pages wait for it`
          : 'the backend is back, pages are loaded again',
      ),
    warning: (text) => say(`${paint('yellow', 'Note:')} ${text}`),
    error: (text) => errors.write(`live-online-reload: ${text}\n`),
    closing: () => {},
  };
}

function timeOfDay(): string {
  return new Date().toTimeString().slice(0, 8);
}
