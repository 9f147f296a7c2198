import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Takes upgrades from a host's server before any of its listeners sees them: among those may be WebSocket servers that refuse
 * every path but their own. Everything else passes as it was.
 *
 * @param takes whether an upgrade is ours.
 * @returns the undo
 */
export function takeUpgrades(
  server: Server,
  takes: (request: IncomingMessage) => boolean,
  handle: UpgradeHandler,
): () => void {
  type Emit = (this: Server, event: string, ...details: unknown[]) => boolean;
  const wrapped = Object.hasOwn(server, 'emit');
  const emit = server.emit as Emit;
  let active = true;

  const intercept: Emit = function (event, ...details) {
    const [request, socket, head] = details as [IncomingMessage, Duplex, Buffer];
    if (!active || event !== 'upgrade' || !takes(request)) return emit.call(this, event, ...details);
    handle(request, socket, head);
    return true;
  };
  server.emit = intercept as Server['emit'];
  // Node passes upgrades on only where somebody listens for them, and takes them for requests otherwise.
  const listensForUpgrades = (_request: IncomingMessage, socket: Duplex): void => {
    if (server.listenerCount('upgrade') === 1) socket.destroy();
  };
  server.on('upgrade', listensForUpgrades);
  return () => {
    active = false;
    server.off('upgrade', listensForUpgrades);
    // Somebody who has wrapped it after us keeps us: everything passes.
    if (server.emit !== intercept) return;
    if (wrapped) server.emit = emit as Server['emit'];
    else delete (server as Partial<Server>).emit;
  };
}
