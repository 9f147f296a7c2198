import { emitWarning } from 'node:process';
import type { Server as SocketIoServer } from 'socket.io';
import { assembleCounter, type CounterView } from './assemble-counter.ts';
import { createShutdown } from './lifecycle/shutdown.ts';
import { optionsInvalid, storeFailed } from './errors.ts';
import { serveNamespace, type CounterNamespace } from './io/namespace.ts';
import { EmitConnection } from './io/socket-connections.ts';
import type { AttachedCounterOptions } from './options/options.ts';
import { resolveAttachedOptions } from './options/resolve-options.ts';

/** A counter on an existing Socket.IO server. */
export interface AttachedCounter extends CounterView {
  /**
   * Migrates this server's members to other servers, then closes. After `readinessGraceMs` it rejects new connections, and
   * disconnects the existing ones within `drainDurationMs`; each member is counted here until another server counts it.
   * Where clients reconnect to is up to the host: readiness and port are its own. If the store knows no other server,
   * this is `close()`.
   */
  drain(): Promise<void>;
  /**
   * Rejects new connections, disconnects the existing ones from the namespace, and leaves the Socket.IO server running. May
   * be called twice. The namespace can have another counter afterwards.
   */
  close(): Promise<void>;
}

/**
 * Counts the connections of a namespace of `io`. Transports, heartbeat and payload limits are the host's. The counter
 * checks its own limits at CONNECT, and rejects connections past them with the code `full`.
 *
 * @throws CounterServerError `options-invalid`, which names every mistake by its path
 * @example
 * ```ts
 * import { attachCounter } from '@live-online/server';
 * import { Server } from 'socket.io';
 *
 * const io = new Server(3000);
 * const counter = attachCounter(io, { namespace: '/live-online' });
 * counter.on('total', ({ site, total }) => console.log(`${site}: ${total}`));
 * ```
 */
export function attachCounter(io: SocketIoServer, options: AttachedCounterOptions = {}): AttachedCounter {
  const { namespace: name, ...resolved } = resolveAttachedOptions(options);
  const { counter, handshakeGuard, stats, view } = assembleCounter(resolved);
  // The host's server is typed with the host's events; this namespace has the counter's.
  const served = serveNamespace(io.of(name) as CounterNamespace, {
    counter,
    stats,
    handshakeGuard,
    createConnection: (socket) => new EmitConnection(socket, stats),
    isHosted: true,
  });
  if (!served) {
    throw optionsInvalid([{ path: 'namespace', message: `"${name}" has a counter already: choose another` }]);
  }
  // Without the store, this server's own totals are published as stale.
  const opening = counter.open().catch((error: unknown) => emitWarning(storeFailed(error)));

  async function closeAll(): Promise<void> {
    served!.detach();
    await opening;
    await counter.close();
  }

  const { drain, close } = createShutdown({ ...resolved, counter, lock: served.lock, close: closeAll });
  return { ...view, drain, close };
}
