import { lookup as lookupBySystem, type LookupAddress, type LookupAllOptions } from 'node:dns';
import { connect, type LookupFunction } from 'node:net';
import { isUnreachable } from './backend-errors.ts';
import type { ConnectionEvents } from './restart-detector.ts';

/** For `net.connect` and `http.request`. */
export interface BackendAddress {
  host: string;
  port: number;
  lookup: LookupFunction;
  autoSelectFamily: true;
}

/** The two addresses of `localhost`. */
const LOCALHOST: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** Adds the address of `localhost` that the system does not know: the backend may listen on that one. */
export function withBothAddresses(lookup: typeof lookupBySystem): LookupFunction {
  return (hostname, options, done) => {
    lookup(
      hostname,
      { ...options, all: true } as LookupAllOptions,
      (_error, found: LookupAddress[] | undefined) => {
        const known = found ?? [];
        const missing = LOCALHOST.filter(({ address }) => !known.some((one) => one.address === address));
        const all = [...known, ...missing];
        if (options.all) done(null, all);
        else done(null, all[0]!.address, all[0]!.family);
      },
    );
  };
}

const lookupLocalhost = withBothAddresses(lookupBySystem);

export function addressOf({ hostname, port, protocol }: URL): BackendAddress {
  return {
    host: hostname.replace(/[[\]]/g, ''),
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
    lookup: /(^|\.)localhost$/.test(hostname) ? lookupLocalhost : lookupBySystem,
    // Tries all addresses of a host.
    autoSelectFamily: true,
  };
}

/** Opens a connection that sends nothing. Returns a function that closes it. */
export function openIdle(target: URL, { onOpen, onRefused, onClosed }: ConnectionEvents): () => void {
  const socket = connect(addressOf(target));
  let problem: Error | undefined;
  let isOpen = false;
  let spoke = false;
  socket.once('connect', () => {
    isOpen = true;
    onOpen();
  });
  socket.on('data', () => (spoke = true));
  socket.on('error', (error) => (problem = error));
  const end = (): void => {
    if (!isOpen && problem && isUnreachable(problem)) onRefused(problem);
    // A connection that could not be opened for another reason says nothing.
    else onClosed(spoke || !isOpen);
  };
  socket.once('close', end);
  return () => {
    socket.off('close', end);
    socket.destroy();
  };
}
