import { createRequire } from 'node:module';
import { networkInterfaces } from 'node:os';
import { relative } from 'node:path';
import { explainError } from '@live-online/internal/command-line/explain-error';
import { helpText } from './cli/help.ts';
import { createJsonLog, createPrettyLog, type About, type Log } from './cli/log.ts';
import { giveMemoryBack } from './cli/memory.ts';
import { readCommandLine, UsageError, type Command } from './cli/read-command-line.ts';
import { createReloadServer, type ReloadServer } from './create-reload-server.ts';
import { ReloadServerError } from './errors.ts';
import type { Listening } from './listen.ts';

/**
 * Runs the command line of this process: the only place, beside the bin, that touches its arguments, signals and exit.
 *
 * @param ready is called when signals are listened for here.
 */
export async function main(ready: () => void): Promise<void> {
  // A log that nobody reads any more (a closed pipe) must not end the server.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});

  let command: Command;
  try {
    command = readCommandLine(process.argv.slice(2), process.env);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return fail(createPrettyLog(process.stdout, process.stderr), error.message);
  }
  if (command.ask === 'help') return void process.stdout.write(helpText());
  if (command.ask === 'version') return void process.stdout.write(`${version()}\n`);

  const log =
    command.log === 'json' ? createJsonLog(process.stdout) : createPrettyLog(process.stdout, process.stderr);
  let server: ReloadServer | undefined;
  try {
    server = createReloadServer(command.options);
    server.on('read', giveMemoryBack);
    endOnSignals(server, log);
    ready();
    // Where the server listens is said first, whatever else there is to say.
    const early: string[] = [];
    let warn = (text: string): void => void early.push(text);
    server.on('warning', (text) => warn(text));
    const listening = await server.listen();
    log.listening(listening, about(command, listening));
    warn = log.warning;
    early.forEach(warn);
    server.on('update', log.update);
    server.on('backend', log.backend);
    if (command.open) await openBrowser(listening.url, log);
  } catch (error) {
    if (!(error instanceof ReloadServerError)) throw error;
    // A signal came while the port was being opened: that is an end, and no mistake.
    if (error.code === 'closed') return;
    // It watches already, and would go on.
    void server?.close();
    return fail(log, explainError(error, command.sources));
  }
}

function endOnSignals(server: ReloadServer, log: Log): void {
  let ending = false;
  const end = (): void => {
    // Whoever asks a second time does not want to wait.
    if (ending) process.exit(0);
    ending = true;
    log.closing();
    void server.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

function about({ options }: Command, { host, port }: Listening): About {
  const { folder, proxy, watch = [], serve = true } = options;
  const watched = [...(folder === undefined ? [] : [folder]), ...watch].map(
    (path) => relative('', path) || '.',
  );
  const kind = !serve ? 'none' : proxy ? 'proxy' : folder === undefined ? 'none' : 'folder';
  const everywhere = host === '0.0.0.0' || host === '::';
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const network = addresses
    .filter(({ family, internal }) => everywhere && family === 'IPv4' && !internal)
    .map(({ address }) => `http://${address}:${port}/`);
  const sources = { folder: watched[0]!, proxy: String(proxy).replace(/\/$/, ''), none: watched.join(', ') };
  return { source: sources[kind], kind, watched, network };
}

/** A machine without a browser is told where to look, and goes on. */
async function openBrowser(url: string, log: Log): Promise<void> {
  const failed = (): void => log.warning(`no browser could be opened; the page is at ${url}`);
  try {
    // Loaded by those alone who ask for it.
    const { default: open } = await import('open');
    (await open(url)).once('error', failed);
  } catch {
    failed();
  }
}

function fail(log: Log, message: string): void {
  log.error(message);
  process.exitCode = 1;
}

function version(): string {
  return (createRequire(import.meta.url)('../package.json') as { version: string }).version;
}
