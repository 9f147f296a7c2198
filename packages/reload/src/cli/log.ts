import { createJsonWriter, paint, type Output } from '@live-online/internal/command-line/output';
import { stripVTControlCharacters } from 'node:util';
import type { BackendChange, CommandReport, SkippedReport, UpdateReport } from '../events.ts';
import { escapeControls } from '@live-online/internal/escape-controls';
import type { Listening } from '../http/listen.ts';
import { describeCommand, describeFiles, describePages } from './describe-update.ts';

/** The output of the command line while it runs. */
export interface Log {
  listening(where: Listening, about: About): void;
  update(report: UpdateReport): void;
  skipped(report: SkippedReport): void;
  backend(change: BackendChange): void;
  command(report: CommandReport): void;
  /** The output of a command: complete lines. */
  output(output: { command: string; text: string }): void;
  warning(text: string): void;
  error(text: string): void;
  closing(): void;
}

/** What is served, for the first lines. */
export interface About {
  /** Such as `content` or `http://localhost:8000`. */
  source: string;
  kind: 'folder' | 'proxy' | 'none';
  watched: string[];
  /** The URLs for other machines. */
  network: string[];
  /** How to trust the certificate that the tool has made, line by line. */
  trust: string[];
}

/** Writes one JSON object per line. */
export function createJsonLog(out: Output): Log {
  const write = createJsonWriter(out);
  return {
    listening: ({ url }, { network }) => write('listening', { url, ...(network.length > 0 && { network }) }),
    update: (report) => write('update', report),
    skipped: (report) => write('skipped', report),
    backend: (change) => write('backend', change),
    command: (report) => write('command', report),
    output: ({ command, text }) => write('output', { command, text: stripVTControlCharacters(text) }),
    warning: (message) => write('warning', { message }),
    error: (message) => write('error', { message }),
    closing: () => write('closing'),
  };
}

/** Writes text, one line per event. */
export function createPrettyLog(out: Output, errors: Output): Log {
  const write = (text: string): void => out.write(`${text}\n`);
  const writeTimed = (text: string): void => write(`${paint('dim', timeOfDay())}  ${text}`);
  return {
    listening({ url }, { kind, source, watched, network, trust }) {
      const what = { folder: 'Serving', proxy: 'Reverse proxy for', none: 'Publishing updates of' };
      write(`${what[kind]} ${paint('bold', source)} at ${paint('bold', url)}`);
      for (const address of network) write(`In your network at ${paint('bold', address)}`);
      if (kind === 'none') write(paint('dim', `Add this to your pages: <script src="${url}"></script>`));
      if (kind === 'proxy' || (kind === 'folder' && watched.length > 1))
        write(paint('dim', `Watching ${watched.join(', ')}`));
      for (const line of trust) write(paint('dim', line));
      write(paint('dim', 'Save a file to see the change. Ctrl-C stops the server.'));
    },
    update: (report) =>
      writeTimed(`${describeFiles(report.files)} ${paint('dim', '→')} ${describePages(report)}`),
    skipped: ({ files, reason }) => writeTimed(paint('dim', `${describeFiles(files)} → nothing: ${reason}`)),
    backend: (change) =>
      writeTimed(
        change.state === 'down'
          ? `${paint('yellow', `backend ${change.url} down`)} (${change.problem}): pages wait for it`
          : `backend ${change.url} ${change.state}: pages reload`,
      ),
    command: (report) =>
      writeTimed(
        `${escapeControls(report.command)} ${paint('dim', '→')} ${paint(report.state === 'failed' ? 'yellow' : 'dim', describeCommand(report))}`,
      ),
    output: ({ text }) => out.write(out.isTTY === true ? text : stripVTControlCharacters(text)),
    warning: (text) => write(`${paint('yellow', 'Warning:')} ${text}`),
    error: (text) => errors.write(`live-online-reload: ${text}\n`),
    closing: () => {},
  };
}

function timeOfDay(): string {
  return new Date().toTimeString().slice(0, 8);
}
