import { createRequire } from 'node:module';
import { explainError } from '@live-online/internal/command-line/explain-error';
import { createCounter } from './cli/create-counter.ts';
import { helpText } from './cli/help.ts';
import { createJsonLog, createPrettyLog, type Log } from './cli/log.ts';
import { readCommandLine, UsageError, type Command } from './cli/read-command-line.ts';
import { CounterServerError } from './errors.ts';
import { UNREADABLE_ADDRESS } from './io/address.ts';

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
  let server: ReturnType<typeof createCounter>;
  try {
    server = createCounter(command, log);
    endOnSignals(server, log);
    ready();
    const { url } = await server.listen();
    log.listening(url);
  } catch (error) {
    if (!(error instanceof CounterServerError)) throw error;
    // A signal came while the port was being opened: that is an end, and no mistake.
    if (error.code === 'closed') return;
    return fail(log, explainError(error, command.sources));
  }
  server.on('limit', ({ limit, address }) => log.warning(limitText(limit, address)));
  server.on('stale', ({ stale, reason }) => log.stale(stale, reason));
  if (server.isStale()) log.stale(true, undefined);
  log.follow(server);
}

function endOnSignals(server: ReturnType<typeof createCounter>, log: Log): void {
  let ending = false;
  const end = (): void => {
    // Whoever asks a second time does not want to wait.
    if (ending) process.exit(0);
    ending = true;
    log.closing();
    void server.drain().then(() => {
      log.closed();
      process.exit(0);
    });
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

function fail(log: Log, message: string): void {
  log.error(message);
  process.exitCode = 1;
}

function limitText(limit: string, address: string | undefined): string {
  const flag = `--${limit.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (address === UNREADABLE_ADDRESS && limit.endsWith('PerAddress')) {
    return `clients for whom a trusted proxy writes no address into X-Forwarded-For have reached ${flag} together: have it write their addresses`;
  }
  if (limit === 'maxPerAddress') {
    return `${address} has reached the limit of connections per address. If it is a proxy of yours, set --trust-proxy; otherwise raise --max-per-address`;
  }
  if (limit === 'maxSitesPerAddress') {
    return `${address} has reached the limit of sites that one address may open. If it is a proxy of yours, set --trust-proxy; if it makes up sites, name yours with --site; otherwise raise --max-sites-per-address`;
  }
  if (limit === 'maxPendingPerAddress') {
    return `${address} has reached the limit of connections without a session from one address: the oldest are closed. If it is a proxy of yours, set --trust-proxy; otherwise raise --max-pending-per-address`;
  }
  return `connections are being refused: ${flag} is reached`;
}

function version(): string {
  return (createRequire(import.meta.url)('../package.json') as { version: string }).version;
}
