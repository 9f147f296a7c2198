import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { pathOf } from '@live-online/internal/http/request-path';
import { offersWebSocket, type Interceptor } from '@live-online/internal/intercept-server';
import { rejectUpgrade } from '@live-online/internal/reject-upgrade';
import { SOCKET_PATH, SYNC_PATH } from './client-routes.ts';
import type { RequestGuard } from './request-guard.ts';
import type { UpdateChannel } from './update-channel.ts';

/** Handles upgrades that are not for the client, such as those for a backend. */
interface OtherUpgrades {
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** The sockets of the client. Without `sync`, its messages between pages have none. */
export interface ClientSockets {
  channel: UpdateChannel;
  sync: OtherUpgrades | undefined;
}

/** Whether an upgrade is one of the client. */
export function isForChannel(request: IncomingMessage): boolean {
  const path = pathOf(request);
  return (path.startsWith(SOCKET_PATH) || path === SYNC_PATH) && offersWebSocket(request);
}

/** Handles accepted upgrades: those of the client, and those for the backend. */
export function createUpgradeHandler(
  guard: RequestGuard,
  { channel, sync }: ClientSockets,
  other?: OtherUpgrades,
): Interceptor['upgrade'] {
  return (request, socket, head) => {
    const rejection = guard.checkUpgrade(request);
    if (rejection) rejectUpgrade(socket, rejection.status, rejection.problem);
    else if (pathOf(request) === SYNC_PATH) {
      if (sync?.upgrade) sync.upgrade(request, socket, head);
      else rejectUpgrade(socket, 404, 'not found');
    } else if (isForChannel(request)) channel.handleUpgrade(request, socket, head);
    else other?.upgrade?.(request, socket, head);
  };
}
