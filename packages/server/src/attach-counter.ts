import { emitWarning } from 'node:process';
import type { Server as SocketIoServer } from 'socket.io';
import { assembleCounter, type CounterView } from './assemble-counter.ts';
import { createShutdown } from './lifecycle/shutdown.ts';
import { optionsInvalid, storeFailed } from './errors.ts';
import { serveNamespace, type CounterNamespace, type NamespaceOptions } from './io/namespace.ts';
import { EmitConnection } from './io/socket-connections.ts';
import type { AttachedCounterOptions } from './options/options.ts';
import { resolveAttachedOptions } from './options/resolve-options.ts';

/** A counter on an existing Socket.IO server. */
export interface AttachedCounter extends CounterView {
  /**
   * Moves this server's visitors to other servers before it closes: after `readinessGraceMs` newcomers are refused, and visitors
   * are sent off within `drainDurationMs`, each of which is counted here until it is back elsewhere. The host decides where
   * that is: its readiness and its port are its own. Where the store knows no other server it is `close()`.
   */
  drain(): Promise<void>;
  /**
   * Lets this server's visitors go, refuses newcomers, and leaves the Socket.IO server to its host. May be called
   * twice. The namespace can have another counter afterwards.
   */
  close(): Promise<void>;
}

/**
 * Counts the visitors of a namespace of `io`. The host's transports, heartbeat and payload limits stand; the
 * counter's own limits are checked at CONNECT, and those who exceed them are refused as `full`.
 *
 * @throws CounterServerError `options-invalid`, naming every mistake by its path
 */
export function attachCounter(io: SocketIoServer, options: AttachedCounterOptions = {}): AttachedCounter {
  const { namespace: name, ...resolved } = resolveAttachedOptions(options);
  const { counter, door, stats, view } = assembleCounter(resolved);
  // The host's server is typed with the host's own events; in this namespace the counter's are spoken.
  const namespace = io.of(name) as CounterNamespace;
  const createConnection: NamespaceOptions['createConnection'] = (socket) =>
    new EmitConnection(socket, stats);
  const served = serveNamespace(namespace, { counter, stats, door, createConnection, hosted: true });
  if (!served) {
    throw optionsInvalid([{ path: 'namespace', message: `"${name}" has a counter already: choose another` }]);
  }
  // What this server knows is announced all the same, as stale.
  const opening = counter.open().catch((error: unknown) => emitWarning(storeFailed(error)));

  async function close(): Promise<void> {
    served!.leave();
    await opening;
    await counter.close();
  }

  const { drain, close: closeNow } = createShutdown({ ...resolved, counter, lock: served.lock, close });
  return { ...view, drain, close: closeNow };
}
