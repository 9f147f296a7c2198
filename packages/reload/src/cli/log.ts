import { createJsonWriter, paint, type Output } from '@live-online/internal/command-line/output';
import { stripVTControlCharacters } from 'node:util';
import type { BackendChange, CommandReport, SkippedReport, UpdateReport } from '../events.ts';
import { escapeControls } from '@live-online/internal/escape-controls';
import type { Finding } from '../doctor/finding.ts';
import type { Listening } from '../http/listen.ts';
import { describeDiagnosis, describeFinding } from './describe-finding.ts';
import { describeCommand, describeFiles, describePages } from './describe-update.ts';
import { BASE as STATUS_PATH } from '../http/client-routes.ts';

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
  finding(finding: Finding): void;
  /** The last line of `--doctor`. */
  diagnosis(problems: number): void;
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
  /** The lines of a QR code for the first of them. */
  qrCode: string[];
}

/** Writes one JSON object per line. */
export function createJsonLog(out: Output): Log {
  const write = createJsonWriter(out);
  return {
    listening: ({ url, livereloadUrl }, { network }) =>
      write('listening', {
        url,
        ...(livereloadUrl !== undefined && { livereloadUrl }),
        ...(network.length > 0 && { network }),
      }),
    update: (report) => write('update', report),
    skipped: (report) => write('skipped', report),
    backend: (change) => write('backend', change),
    command: (report) => write('command', report),
    output: ({ command, text }) => write('output', { command, text: stripVTControlCharacters(text) }),
    warning: (message) => write('warning', { message }),
    error: (message) => write('error', { message }),
    finding: (finding) => write('finding', finding),
    diagnosis: (problems) => write('diagnosis', { problems }),
    closing: () => write('closing'),
  };
}

/** Writes text, one line per event. */
export function createPrettyLog(out: Output, errors: Output): Log {
  const write = (text: string): void => out.write(`${text}\n`);
  const writeTimed = (text: string): void => write(`${paint('dim', timeOfDay())}  ${text}`);
  return {
    listening({ url, livereloadUrl }, { kind, source, watched, network, qrCode, trust }) {
      const what = { folder: 'Serving', proxy: 'Reverse proxy for', none: 'Publishing updates of' };
      write(`${what[kind]} ${paint('bold', source)} at ${paint('bold', url)}`);
      for (const address of network.filter((one) => one !== url))
        write(`In your network at ${paint('bold', address)}`);
      for (const line of qrCode) write(line);
      if (kind === 'none') write(paint('dim', `Add this to your pages: <script src="${url}"></script>`));
      if (kind === 'proxy' || (kind === 'folder' && watched.length > 1))
        write(paint('dim', `Watching ${watched.join(', ')}`));
      for (const line of trust) write(paint('dim', line));
      if (livereloadUrl !== undefined) write(paint('dim', `LiveReload clients at ${livereloadUrl}`));
      write(paint('dim', `Status at ${new URL(STATUS_PATH, url).href}`));
      write(paint('dim', 'Save a file to see the change. Ctrl-C stops the server.'));
    },
    update: (report) =>
      writeTimed(`${describeFiles(report.files)} ${paint('dim', '→')} ${describePages(report)}`),
    skipped: (report) =>
      writeTimed(paint('dim', `${describeFiles(report.files)} → ${describePages(report)}`)),
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
    finding: (finding) => write(describeFinding(finding)),
    diagnosis: (problems) => write(describeDiagnosis(problems)),
    closing: () => {},
  };
}

/** Writes only warnings and errors, that the backend is down, and commands that fail, with their output. */
export function createQuietLog(log: Log): Log {
  /** The output of commands that run. */
  const outputs = new Map<string, string>();
  return {
    ...log,
    listening() {},
    update() {},
    skipped() {},
    backend: (change) => change.state === 'down' && log.backend(change),
    output: ({ command, text }) => void outputs.set(command, (outputs.get(command) ?? '') + text),
    command(report) {
      const { command, state } = report;
      const text = outputs.get(command);
      outputs.delete(command);
      if (state !== 'failed') return;
      if (text !== undefined) log.output({ command, text });
      log.command(report);
    },
    finding: (finding) => finding.state === 'problem' && log.finding(finding),
    diagnosis() {},
    closing() {},
  };
}

function timeOfDay(): string {
  return new Date().toTimeString().slice(0, 8);
}
