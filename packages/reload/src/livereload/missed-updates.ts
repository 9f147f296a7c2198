/** What is known of a client before and after a lost connection. */
export interface ClientIdentity {
  address: string;
  userAgent: string;
  /** The address of its page, which it sends after the handshake. */
  url: string;
}

/** How long a lost client is remembered, in ms. */
const MAX_AWAY_MS = 3_600_000;
const MAX_LOST = 100;

/**
 * Remembers clients whose connections were lost, because the protocol has no version of the content: if one comes back after an
 * update, it has missed that. [R22]
 */
export class MissedUpdates {
  readonly #now: () => number;
  #lost: { key: string; atMs: number; hasMissed: boolean }[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A connection has ended although its page did not close it. */
  recordLost(client: ClientIdentity): void {
    this.#lost.push({ key: keyOf(client), atMs: this.#now(), hasMissed: false });
    this.#lost = this.#lost.slice(-MAX_LOST);
  }

  /** An update was sent to all connected clients. */
  recordUpdate(): void {
    for (const one of this.#lost) one.hasMissed = true;
  }

  /** A client has connected. Returns whether it is one that has missed an update, and forgets it. */
  takeReturned(client: ClientIdentity): boolean {
    const since = this.#now() - MAX_AWAY_MS;
    this.#lost = this.#lost.filter(({ atMs }) => atMs >= since);
    const returned = this.#lost.find(({ key }) => key === keyOf(client));
    this.#lost = this.#lost.filter((one) => one !== returned);
    return returned?.hasMissed ?? false;
  }
}

function keyOf({ address, userAgent, url }: ClientIdentity): string {
  return JSON.stringify([address, userAgent, url]);
}
