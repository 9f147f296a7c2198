import { createRequire } from 'node:module';
import { endOnSignals, runCommand } from '@live-online/internal/command-line/run-command';
import { createCounter } from './cli/create-counter.ts';
import { helpText } from './cli/help.ts';
import { createJsonLog, createPrettyLog, type Log } from './cli/log.ts';
import { readCommandLine, type Command } from './cli/read-command-line.ts';
import { UNREADABLE_ADDRESS } from './io/admission/client-address.ts';

/**
 * Runs the command line of this process: the only place, beside the bin, that touches its arguments, signals and exit.
 *
 * @param ready is called when signals are listened for here.
 */
export function main(ready: () => void): Promise<void> {
  return runCommand({
    read: readCommandLine,
    helpText,
    version,
    logs: { json: createJsonLog, pretty: createPrettyLog },
    start: (command, log) => start(command, log, ready),
  });
}

async function start(command: Command, log: Log, ready: () => void): Promise<void> {
  const server = createCounter(command, log);
  endOnSignals(async () => {
    log.closing();
    await server.drain();
    log.closed();
  });
  ready();
  const { url } = await server.listen();
  log.listening(url);
  server.on('limit', ({ limit, address }) => log.warning(limitText(limit, address)));
  server.on('stale', ({ stale, reason }) => log.stale(stale, reason));
  if (server.isStale()) log.stale(true, undefined);
  log.follow(server);
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
