import { vi } from 'vitest';
import { createPage, type FakePage } from './fake-page.ts';

interface Lock {
  readonly name: string;
  /** Ends the request: the lock is stolen. */
  readonly steal: (reason: Error) => void;
  readonly take: () => Promise<void>;
}

/** The Web Locks of a browser: one lock of each name, and a queue for it. */
class FakeLocks {
  #held: Lock[] = [];
  #pending: Lock[] = [];

  request(
    name: string,
    { signal, steal }: { signal?: AbortSignal; steal?: boolean },
    callback: () => Promise<void>,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const lock: Lock = {
        name,
        steal: reject,
        take: async () => {
          await callback();
          resolve();
        },
      };
      signal?.addEventListener('abort', () => {
        if (!this.#pending.includes(lock)) return;
        this.#pending = this.#pending.filter((each) => each !== lock);
        reject(new Error('aborted'));
      });
      const holder = this.#held.find((held) => held.name === name);
      if (steal && holder) {
        this.#held = this.#held.filter((held) => held !== holder);
        holder.steal(new Error('stolen'));
        this.#take(lock);
      } else if (holder) this.#pending.push(lock);
      else this.#take(lock);
    });
  }

  query(): Promise<{ held: { name: string }[]; pending: { name: string }[] }> {
    return Promise.resolve({ held: this.#held, pending: this.#pending });
  }

  #take(lock: Lock): void {
    this.#held.push(lock);
    void Promise.resolve()
      .then(() => lock.take())
      .then(() => {
        if (!this.#held.includes(lock)) return;
        this.#held = this.#held.filter((held) => held !== lock);
        const next = this.#pending.find(({ name }) => name === lock.name);
        if (!next) return;
        this.#pending = this.#pending.filter((each) => each !== next);
        this.#take(next);
      });
  }
}

/** The pages of a browser, all shown, in this process. They share locks and channels. */
export function createBrowser(): FakePage {
  const channels = new Set<FakeChannel>();
  class FakeChannel {
    onmessage?: (event: { data: unknown }) => void;
    readonly name: string;

    constructor(name: string) {
      this.name = name;
      channels.add(this);
    }

    postMessage(data: unknown): void {
      if (!channels.has(this)) throw new Error('the channel is closed');
      for (const channel of channels)
        if (channel !== this && channel.name === this.name)
          queueMicrotask(() => {
            if (channels.has(channel)) channel.onmessage?.({ data });
          });
    }

    close(): void {
      channels.delete(this);
    }
  }
  const page = createPage();
  Object.assign(page.document, { hidden: false });
  vi.stubGlobal('BroadcastChannel', FakeChannel);
  vi.stubGlobal('navigator', { locks: new FakeLocks() });
  vi.stubGlobal('location', { pathname: '/' });
  return page;
}
