import { isIdentifier } from '@live-online/protocol';
import type { Close } from '../browser-connection.ts';
import type { Connect, ConnectionTarget, Handshake } from '../connection.ts';
import type { ConnectReporting } from '../fallback.ts';
import type { GroupMessage, StateMessage } from './group-messages.ts';
import { currentPath, watchPath } from './watch-path.ts';

/** A visible tab asks this often whether the leader is there: browsers freeze tabs that are hidden. */
const ASK_INTERVAL_MS = 10_000;
const ANSWER_TIMEOUT_MS = 3_000;
/** The other tabs have received the end of the connection by then, and do not connect at once. */
const RELEASE_DELAY_MS = 100;
/** The lock of a tab that has left is free by then. */
const RECOUNT_DELAY_MS = 100;
const MAX_TABS = 1_000;

/** The handshake of the browser: the id of the member comes from the first tab that has led. */
type SharedHandshake = { -readonly [Field in keyof Handshake]: Handshake[Field] };

/** By the name of the group, for as long as the page lives. */
const handshakes: Record<string, SharedHandshake> = {};

/**
 * A connection that the tabs of a browser share. They elect a leader by a lock: it holds the connection and sends what it
 * receives to the others. When it closes, the next tab in the queue of the lock connects as the same member.
 */
export function connectAsBrowser(
  connect: ConnectReporting,
  hasPage: boolean,
  ...args: Parameters<Connect>
): () => void {
  const group = new BrowserGroup(connect, hasPage, args);
  return () => group.close();
}

class BrowserGroup {
  readonly #connect: ConnectReporting;
  readonly #hasPage: boolean;
  readonly #target: ConnectionTarget;
  readonly #onTotal: Parameters<Connect>[2];
  readonly #onEnd: Parameters<Connect>[3];
  readonly #name: string;
  readonly #channel: BroadcastChannel;
  readonly #handshake: SharedHandshake;
  readonly #stopping = new AbortController();
  #unwatch: (() => void) | undefined;
  /** Of the leader: releases the lock. */
  #release: (() => void) | undefined;
  /** Of the leader: its connection. */
  #connection: Close | undefined;
  #latest: StateMessage | undefined;
  #askTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    connect: ConnectReporting,
    hasPage: boolean,
    [target, handshake, onTotal, onEnd]: Parameters<Connect>,
  ) {
    this.#connect = connect;
    this.#hasPage = hasPage;
    this.#target = target;
    this.#onTotal = onTotal;
    this.#onEnd = onEnd;
    this.#name = `live-online ${JSON.stringify(target)}`;
    this.#handshake = handshakes[this.#name] ??= { ...handshake };
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }: MessageEvent<GroupMessage>) => this.#receive(data);
    const shown = (): void => this.#shown();
    document.addEventListener('visibilitychange', shown, this.#stopping);
    addEventListener('focus', shown, this.#stopping);
    if (hasPage) this.#unwatch = watchPath(shown);
    this.#requestLock({ signal: this.#stopping.signal });
    this.#ask();
  }

  /** Leaves the group. If this tab leads, another one takes over. */
  close(releaseDelayMs = 0): void {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    clearTimeout(this.#askTimer);
    this.#unwatch?.();
    this.#connection?.();
    if (!this.#release) this.#send({ type: 'left', path: this.#shownPath() });
    else if (releaseDelayMs) setTimeout(this.#release, releaseDelayMs);
    else this.#release();
    this.#channel.close();
  }

  #send(message: GroupMessage): void {
    this.#channel.postMessage(message);
  }

  /** The path that this tab asks the leader to count, if it is the one that the visitor looks at. */
  #shownPath(): string | undefined {
    return this.#hasPage && !document.hidden ? currentPath() : undefined;
  }

  #requestLock(options: LockOptions): void {
    navigator.locks
      .request(this.#name, options, () => new Promise<void>((release) => this.#lead(release)))
      .catch(() => {
        if (this.#stopping.signal.aborted) return;
        // Another tab has taken the lock, because this one did not answer.
        if (this.#release) this.#follow();
        // The browser refuses locks to this page, which stands for itself.
        else if (!options.steal) this.#lead(() => {});
      });
  }

  #lead(release: () => void): void {
    if (this.#stopping.signal.aborted) return release();
    this.#release = release;
    clearTimeout(this.#askTimer);
    if (this.#hasPage && (this.#latest?.isOwnPath !== false || this.#shownPath()))
      this.#handshake.page = currentPath();
    void this.#countTabs().then(() => {
      if (this.#release !== release || this.#stopping.signal.aborted) return;
      this.#connection = this.#connect(
        this.#target,
        this.#handshake,
        (...total) => this.#publish(total),
        (code) => this.#end(code),
      );
      if (this.#hasPage) this.#send({ type: 'who' });
    });
  }

  #follow(): void {
    this.#connection = this.#connection?.() as undefined;
    this.#release = undefined;
    this.#requestLock({ signal: this.#stopping.signal });
  }

  #publish([total, details, page]: Parameters<Parameters<Connect>[2]>): void {
    const { member, resume, page: path } = this.#handshake;
    const isOwnPath = path === currentPath();
    this.#latest = { type: 'state', total, details, page, path, isOwnPath, member, resume };
    this.#send(this.#latest);
    this.#deliver(this.#latest);
  }

  #deliver({ total, details, page, path }: StateMessage): void {
    // The count of another page is not for this tab.
    this.#onTotal(total, details, path === currentPath() ? page : undefined);
  }

  #end(code: unknown): void {
    // What is no code, such as an event of the socket, may be impossible to send.
    if (this.#release) this.#send({ type: 'end', code: isIdentifier(code) ? code : undefined });
    this.close(RELEASE_DELAY_MS);
    this.#onEnd(code);
  }

  #receive(message: GroupMessage): void {
    if (this.#release) this.#receiveAsLeader(message);
    else this.#receiveAsFollower(message);
  }

  #receiveAsLeader(message: GroupMessage): void {
    if (message.type === 'hello') {
      this.#countPage(message.path);
      this.#send(this.#latest ?? { type: 'alive' });
      void this.#countTabs();
    } else if (message.type === 'left') {
      setTimeout(() => void this.#countTabs(), RECOUNT_DELAY_MS);
      if (!message.path || message.path !== this.#handshake.page) return;
      this.#countPage(currentPath());
      this.#send({ type: 'who' });
    }
  }

  #receiveAsFollower(message: GroupMessage): void {
    if (message.type === 'end') this.#end(message.code);
    else if (message.type === 'who') {
      if (this.#shownPath()) this.#ask();
    } else if (message.type === 'alive' || message.type === 'state') {
      clearTimeout(this.#askTimer);
      this.#askTimer = setTimeout(() => this.#ask(), ASK_INTERVAL_MS);
      if (message.type === 'alive') return;
      this.#latest = message;
      this.#handshake.member = message.member;
      if (message.resume) this.#handshake.resume = message.resume;
      this.#handshake.page = message.path;
      this.#deliver(message);
    }
  }

  /** Asks the leader for the state, and takes over if a visitor looks at this tab and the leader does not answer. */
  #ask(): void {
    this.#send({ type: 'hello', path: this.#shownPath() });
    clearTimeout(this.#askTimer);
    if (!document.hidden)
      this.#askTimer = setTimeout(() => this.#requestLock({ steal: true }), ANSWER_TIMEOUT_MS);
  }

  /** The visitor looks at this tab, or it is on another page. */
  #shown(): void {
    if (document.hidden) return;
    if (this.#release) this.#countPage(this.#shownPath());
    else this.#ask();
  }

  #countPage(path: string | undefined): void {
    if (!path || !this.#release) return;
    this.#handshake.page = path;
    this.#connection?.report();
  }

  async #countTabs(): Promise<void> {
    try {
      const { held = [], pending = [] } = await navigator.locks.query();
      const tabs = [...held, ...pending].filter(({ name }) => name === this.#name).length;
      this.#handshake.tabs = Math.min(MAX_TABS, tabs || 1);
      if (this.#release) this.#connection?.report();
    } catch {
      // The number of tabs stays.
    }
  }
}
