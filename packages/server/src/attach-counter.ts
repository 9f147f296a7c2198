import type { Server as SocketIoServer } from 'socket.io';
import { createCounting, type CounterView } from './counting.ts';
import { optionsInvalid } from './errors.ts';
import { serveNamespace, type CounterNamespace } from './io/namespace.ts';
import { EmitVisitor } from './io/visitors.ts';
import type { CountingOptions } from './options.ts';
import { resolveCountingOptions } from './resolve-options.ts';

/** What a counter on an existing Socket.IO server can be told. */
export interface AttachedCounterOptions extends CountingOptions {
  /** The namespace that the counter has for itself. Not the main one, which is the host's. @default /live-online */
  namespace?: string;
}

/** A counter on an existing Socket.IO server. */
export interface AttachedCounter extends CounterView {
  /** Lets all visitors go and leaves the Socket.IO server to its host. May be called twice. */
  close(): Promise<void>;
}

/**
 * Counts the visitors of a namespace of `io`. The host's transports, heartbeat and payload limits stand; the
 * counter's own limits are checked at CONNECT, and those who exceed them are refused as `full`.
 *
 * @throws CounterServerError `options-invalid`, naming every mistake by its path
 */
export function attachCounter(io: SocketIoServer, options: AttachedCounterOptions = {}): AttachedCounter {
  const { namespace: name = '/live-online', ...counting } = options;
  if (typeof name !== 'string' || !/^\/[\w~.-][\w~./-]*$/.test(name)) {
    const problem = "must be a namespace of its own, such as /live-online; the main one is the host's";
    throw optionsInvalid([{ path: 'namespace', problem }]);
  }
  const { counter, door, stats, view } = createCounting(resolveCountingOptions(counting));
  // The host's server is typed with the host's own events; in this namespace the counter's are spoken.
  const namespace = io.of(name) as CounterNamespace;
  const leave = serveNamespace(namespace, {
    counter,
    stats,
    door,
    createVisitor: (socket, visitorStats) => new EmitVisitor(socket, visitorStats),
    admitsAtConnect: true,
  });
  const opening = counter.open();
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    leave();
    await opening.catch(() => {});
    await counter.close();
  }

  return { ...view, close: () => (closing ??= close()) };
}
