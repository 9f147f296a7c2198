import type { ServerResponse } from 'node:http';

/** A comment, which clients ignore. */
const PING = ':\n\n';

/** One stream. One event is on the way, and the newest one waits for it. */
export class SiteStream {
  readonly #response: ServerResponse;
  #waiting: string | Buffer | undefined;
  /** When the event on the way was written, in ms; `undefined` if the system has taken all. */
  #writtenAt: number | undefined;
  #idleSince: number;
  readonly #now: () => number;

  constructor(response: ServerResponse, now: () => number) {
    this.#response = response;
    this.#now = now;
    this.#idleSince = now();
  }

  /** Sends an event, in place of the one that waits. */
  send(event: string | Buffer): void {
    if (this.#writtenAt === undefined) this.#write(event);
    else this.#waiting = event;
  }

  /** Sends a comment if nothing was sent for `idleMs`, so that proxies keep the stream open. */
  ping(idleMs: number): void {
    if (this.#writtenAt === undefined && this.#now() - this.#idleSince >= idleMs) this.#write(PING);
  }

  /** Whether the client has not read for as long. */
  isStuck(timeoutMs: number): boolean {
    return this.#writtenAt !== undefined && this.#now() - this.#writtenAt >= timeoutMs;
  }

  end(): void {
    this.#response.end();
  }

  destroy(): void {
    this.#response.destroy();
  }

  #write(event: string | Buffer): void {
    this.#writtenAt = this.#now();
    this.#response.write(event, () => {
      this.#writtenAt = undefined;
      this.#idleSince = this.#now();
      const next = this.#waiting;
      this.#waiting = undefined;
      if (next !== undefined && !this.#response.writableEnded) this.#write(next);
    });
  }
}
