import type { ServerResponse } from 'node:http';
import type { Membership } from '../../core/membership.ts';
import type { TotalUpdate } from '../../core/ports.ts';
import type { CounterStats } from '../../core/stats.ts';
import { UpdateConnection } from '../update-connection.ts';
import { encodeTotal, PING_EVENT } from './encode-events.ts';

export interface EventStreamOptions {
  sid: string;
  response: ServerResponse;
  stats: CounterStats;
  /** The head of the response body. It leaves in one write with the first total. */
  head: string;
  /** Whether the client says who it is, so that it can be awaited when its stream has ended. */
  hasMemberId: boolean;
}

/** One stream. What waits for it is bounded: two updates and one ping. [C6] */
export class EventStream extends UpdateConnection {
  readonly sid: string;
  readonly hasMemberId: boolean;
  /** `undefined` until it has joined. */
  membership: Membership | undefined = undefined;
  readonly #response: ServerResponse;
  #head: string | undefined;
  #ping: 'none' | 'waiting' | 'writing' | 'sent' = 'none';
  /** How many events the system has not taken yet. */
  #writing = 0;

  constructor({ sid, response, stats, head, hasMemberId }: EventStreamOptions) {
    super(stats);
    this.sid = sid;
    this.hasMemberId = hasMemberId;
    this.#response = response;
    this.#head = head;
  }

  /** Whether the system has taken all that was written. */
  get isIdle(): boolean {
    return this.#writing === 0;
  }

  /** Asks for an answer. A client that does not read is not asked, and so cannot answer. */
  ping(): void {
    this.#ping = 'waiting';
    this.#writePing();
  }

  /** Returns whether the client has been asked for this answer. */
  takeAnswer(): boolean {
    const wasAsked = this.#ping === 'sent';
    if (wasAsked) this.#ping = 'none';
    return wasAsked;
  }

  override closeReplaced(): void {
    this.end();
  }

  override migrate(): void {
    this.end();
  }

  /** Removes the member from the count. May be called twice. */
  leave(): void {
    this.membership?.leave();
  }

  /** Ends the response: the client opens another stream. */
  end(): void {
    this.endUpdates();
    this.#response.end();
  }

  destroy(): void {
    this.endUpdates();
    this.#response.destroy();
  }

  protected override write(update: TotalUpdate): boolean {
    return this.#write(encodeTotal(update));
  }

  #writePing(): void {
    if (this.#ping !== 'waiting' || !this.isIdle || this.#response.writableEnded) return;
    this.#ping = 'writing';
    if (this.#write(PING_EVENT)) this.#ping = 'sent';
  }

  /** Returns whether another event can follow at once. */
  #write(event: string | Buffer): boolean {
    const head = this.#head;
    this.#head = undefined;
    const chunk = head === undefined ? event : head + event.toString();
    // An idle connection nearly always takes an event at once. Behind other bytes, an event calls back. The responses of
    // HTTP/2 do not say what waits.
    if (this.#response.writableLength === 0) {
      this.#response.write(chunk);
      return true;
    }
    this.#writing++;
    this.#response.write(chunk, () => this.#written());
    return false;
  }

  #written(): void {
    this.#writing--;
    if (!this.isIdle) return;
    if (this.#ping === 'writing') this.#ping = 'sent';
    this.#writePing();
    this.drained();
  }
}
