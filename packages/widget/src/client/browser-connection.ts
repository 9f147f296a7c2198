import { isIdentifier, isTotal } from '@live-online/protocol';
import type { Connect } from './connection.ts';
import { openPackets, type Transport } from './packets.ts';

/** The fields of the handshake that may change while a client is connected. [P22] */
const REPORTS = ['page', 'tabs'] as const;
/** The server allows 20 packets at once, and then one a second. */
const REPORT_INTERVAL_MS = 1_000;

/** Closes a connection. */
export interface Close {
  (): void;
  /** Sends what has changed in the handshake: the page, or the number of tabs. */
  report(): void;
}

/**
 * A connection without a library: by WebSocket, or by server-sent events. It reports the page and the number of tabs of
 * the handshake, which may change, and passes on the counts of pages.
 */
export function openBrowserConnection(
  isStream: boolean,
  target: Parameters<Connect>[0],
  handshake: Parameters<Connect>[1],
  onTotal: Parameters<Connect>[2],
  onEnd: Parameters<Connect>[3],
): Close {
  const { origin, path, namespace } = target;
  let transport: Transport;
  let closePackets: () => void;
  /** The fields that the server has. */
  let sent: Pick<typeof handshake, (typeof REPORTS)[number]>;
  /** The newest total, once there is one. */
  let total: [unknown, object?] | undefined;
  /** The count of the page that the server has. */
  let page: unknown[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const open = (): void => {
    sent = { ...handshake };
    total = undefined;
    closePackets = openPackets(target, handshake, receive, onEnd, (url, query) => {
      transport = (isStream ? new EventSource(`${events}?${query}`) : new WebSocket(url)) as Transport;
      if (isStream) transport.send = (_, sid) => void navigator.sendBeacon(`${events}?sid=${sid}`);
      return transport;
    });
  };
  const events = `${origin}${path.replace('socket.io', 'events')}`;
  const receive = ([name, value, details]: readonly unknown[]): void => {
    if (name === 'total') {
      const resume = (details as { resume?: unknown } | undefined)?.resume;
      // A stream that is opened again by `report` has the newest one.
      if (isIdentifier(resume)) handshake.resume = resume;
      total = [value, details as object];
    } else if (name === 'page' && total && isTotal(value)) page = [value];
    else return;
    onTotal(...total, ...page);
    // What has changed since the handshake.
    report();
  };
  const report = (): void => {
    const changes = REPORTS.filter((field) => handshake[field] !== sent[field]);
    if (!total || timer || !changes.length) return;
    if (isStream) {
      closePackets();
      open();
    } else
      for (const field of changes) {
        const packet = JSON.stringify([field, handshake[field]]);
        transport.send(`42${namespace === '/' ? '' : `${namespace},`}${packet}`);
      }
    if (changes.includes('page')) page = [];
    sent = { ...handshake };
    // Changes that follow soon are sent together.
    timer = setTimeout(() => {
      timer = undefined;
      report();
    }, REPORT_INTERVAL_MS);
  };

  open();
  return Object.assign(
    () => {
      clearTimeout(timer);
      closePackets();
    },
    { report },
  );
}
