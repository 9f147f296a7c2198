import { endOnSignals, runCommand } from '@live-online/internal/command-line/run-command';
import { createCounter } from './cli/create-counter.ts';
import { helpText } from './cli/help.ts';
import { createJsonLog, createPrettyLog, type Log } from './cli/log.ts';
import { readCommandLine, type Command } from './cli/read-command-line.ts';
import { flagOf } from './cli/settings.ts';
import { readPackageVersion } from './package-version.ts';
import { createLoginLink } from './io/http/access/login-code.ts';
import { UNREADABLE_ADDRESS } from './io/admission/client-address.ts';

/**
 * Runs the command line of this process. Only it and the bin use the process's arguments, signals and exit code.
 *
 * @param ready is called when the signal handlers are installed.
 */
export function main(ready: () => void): Promise<void> {
  return runCommand({
    read: readCommandLine,
    helpText,
    version: readPackageVersion,
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
  server.on('warning', ({ message }) => log.warning(message));
  const { url, metricsUrl } = await server.listen();
  log.listening(url, metricsUrl);
  const { adminToken } = command.options;
  if (adminToken !== undefined) log.dashboard(createLoginLink(url, adminToken));
  if (command.madeToken !== undefined) log.madeToken(command.madeToken);
  server.on('limit', ({ limit, address }) => {
    log.warning(limitText(limit, command.logAddresses ? address : hideAddress(address)));
  });
  server.on('proxy', ({ message }) => log.warning(message));
  const isFirst = createOncePerMinute();
  server.on('webhook', (failed) => {
    if (isFirst(failed.origin)) log.webhook(failed);
  });
  server.on('stale', ({ stale, reason }) => log.stale(stale, reason));
  if (server.isStale()) log.stale(true, undefined);
  log.follow(server);
}

/** `unreadable` is no address. */
function hideAddress(address: string | undefined): string | undefined {
  return address === undefined || address === UNREADABLE_ADDRESS
    ? address
    : 'one address (--log-addresses logs it)';
}

/** Returns whether a key is the first of its kind in a minute. */
function createOncePerMinute(): (key: string) => boolean {
  const loggedAtMs = new Map<string, number>();
  return (key) => {
    const now = performance.now();
    if (now - (loggedAtMs.get(key) ?? -Infinity) < 60_000) return false;
    loggedAtMs.set(key, now);
    return true;
  };
}

function limitText(limit: string, address: string | undefined): string {
  const flag = `--${flagOf(limit)}`;
  if (address === UNREADABLE_ADDRESS && limit.endsWith('PerAddress')) {
    return `${flag} is reached by clients for whom a trusted proxy writes no address into X-Forwarded-For: configure the proxy to add it`;
  }
  if (limit === 'maxPerAddress') {
    return `${address} has reached the maximum of connections per address. If it is your proxy, set --trust-proxy; otherwise raise ${flag}`;
  }
  if (limit === 'maxSitesPerAddress') {
    return `${address} has reached the maximum of sites that one address may open. If it is your proxy, set --trust-proxy; if it sends made-up sites, list yours with --site; otherwise raise ${flag}`;
  }
  if (limit === 'maxPendingPerAddress') {
    return `${address} has reached the maximum of connections without a session: the oldest are closed. If it is your proxy, set --trust-proxy; otherwise raise ${flag}`;
  }
  if (limit === 'handshakesPerSecondPerAddress') {
    return `${address} opens connections faster than ${flag} allows. If it is your proxy, set --trust-proxy; otherwise raise ${flag} and --handshake-burst-per-address, or --max-per-address`;
  }
  return `connections are rejected: ${flag} is reached`;
}
