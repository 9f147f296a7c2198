import type { Clock } from '../../../core/ports.ts';
import type { BusCommand, BusLink } from '../../bus/bus.ts';
import { encodeControlMessage } from '../wire/messages.ts';

/** Proves that what is said still gets here: a server has to hear itself. [S4] */
export interface SelfProbe {
  /** What to run so that every connection proves itself, and what to call once it has been run. */
  send(): { commands: BusCommand[]; check: () => void };
  heard(channel: string, number: number): void;
  /** More channels are listened to. */
  cover(channels: readonly string[]): void;
}

/** How long a probe may be under way, in ms. */
const UNDER_WAY_MS = 400;
/** One turn more, since after a stall timers come before what has been waiting to be read. */
const TURN_MS = 100;

export function createSelfProbe(options: {
  server: string;
  clock: Clock;
  link: BusLink;
  /** This server's own channel. */
  channel: string;
  fail: (error: Error) => void;
}): SelfProbe {
  const { server, clock, link, channel: own, fail } = options;
  /** One channel for each connection, and the newest probe that came by it. */
  const connections = new Map([[link.connectionOf(own), { channel: own, heard: 0 }]]);
  let sent = 0;

  return {
    send() {
      const number = ++sent;
      const waiting = [...connections.values()];
      const message = encodeControlMessage({ kind: 'probe', server, number });
      const isMissing = (): boolean => waiting.some(({ heard }) => heard < number);
      const giveUp = (): void => {
        if (isMissing()) fail(new Error('what this server says does not reach itself'));
      };
      return {
        commands: waiting.map(({ channel }) => ['PUBLISH', channel, message]),
        check() {
          clock.schedule(() => {
            if (isMissing()) clock.schedule(giveUp, TURN_MS);
          }, UNDER_WAY_MS);
        },
      };
    },
    heard(channel, number) {
      const connection = connections.get(link.connectionOf(channel));
      if (connection) connection.heard = Math.max(connection.heard, number);
    },
    cover(channels) {
      for (const channel of channels) {
        const connection = link.connectionOf(channel);
        if (!connections.has(connection)) connections.set(connection, { channel, heard: sent });
      }
    },
  };
}
