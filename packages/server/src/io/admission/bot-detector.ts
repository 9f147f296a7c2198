import { isbot } from 'isbot';

/** Visitors share few User-Agents, but a client can make up any number. */
const MAX_REMEMBERED = 1_000;
/** No browser sends a longer one. */
const MAX_LENGTH = 512;
/** What the stock client of Socket.IO sends in Node by polling. By WebSocket it sends none. */
const STOCK_CLIENT = 'node-XMLHttpRequest';

/** Recognizes crawlers by their User-Agent, and remembers the answers, since one costs as much as a small part of a handshake. */
export class BotDetector {
  readonly #answers = new Map<string, boolean>();

  /** How many answers are remembered. */
  get size(): number {
    return this.#answers.size;
  }

  /** @param userAgent a client without one counts as a person's: proxies may remove it. */
  isBot(userAgent: string | undefined): boolean {
    if (userAgent === undefined || userAgent === STOCK_CLIENT) return false;
    // A part of a text would keep all of it in memory.
    if (userAgent.length > MAX_LENGTH) return isbot(userAgent.slice(0, MAX_LENGTH));
    const known = this.#answers.get(userAgent);
    if (known !== undefined) return known;
    const answer = isbot(userAgent);
    if (this.#answers.size >= MAX_REMEMBERED) this.#answers.clear();
    this.#answers.set(userAgent, answer);
    return answer;
  }
}
