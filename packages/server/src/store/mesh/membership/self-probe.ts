import type { Clock } from '../../../core/ports.ts';
import type { BusCommand, BusLink } from '../../bus/bus.ts';
import { encodeControlMessage } from '../wire/messages.ts';

/** How long a probe may be under way, in ms. */
const TIMEOUT_MS = 400;
/** After a pause of this process a timer can run before a probe that has arrived is read: it waits one turn more. */
const TURN_MS = 100;

export interface SelfProbeOptions {
  server: string;
  clock: Clock;
  link: BusLink;
  /** This server's own channel. */
  channel: string;
  fail: (error: Error) => void;
}

/** Checks that published messages still reach this server, on each of its connections. [S4] */
export class SelfProbe {
  readonly #options: SelfProbeOptions;
  /** One channel for each connection, and the number of the newest probe that was received by it. */
  readonly #connections = new Map<string, { readonly channel: string; received: number }>();
  #sent = 0;

  constructor(options: SelfProbeOptions) {
    this.#options = options;
    this.cover([options.channel]);
  }

  /** The channels have been subscribed to, so that their connections are checked, too. */
  cover(channels: readonly string[]): void {
    for (const channel of channels) {
      const connection = this.#options.link.connectionOf(channel);
      if (!this.#connections.has(connection))
        this.#connections.set(connection, { channel, received: this.#sent });
    }
  }

  /** The commands that send a probe by each connection, and what to call once they have been run. */
  send(): { commands: BusCommand[]; check: () => void } {
    const { server, clock, fail } = this.#options;
    const number = ++this.#sent;
    const probed = [...this.#connections.values()];
    const message = encodeControlMessage({ kind: 'probe', server, number });
    const isMissing = (): boolean => probed.some(({ received }) => received < number);
    const checkAgain = (): void => {
      if (isMissing()) fail(new Error('self-probe timed out: own publish not received'));
    };
    return {
      commands: probed.map(({ channel }) => ['PUBLISH', channel, message]),
      check() {
        clock.schedule(() => {
          if (isMissing()) clock.schedule(checkAgain, TURN_MS);
        }, TIMEOUT_MS);
      },
    };
  }

  received(channel: string, number: number): void {
    const connection = this.#connections.get(this.#options.link.connectionOf(channel));
    // A number that was not sent is invented: with it this server would not notice that it has become deaf.
    if (connection && number <= this.#sent) connection.received = Math.max(connection.received, number);
  }
}
