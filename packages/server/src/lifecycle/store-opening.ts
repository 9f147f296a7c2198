import { emitWarning } from 'node:process';
import { CounterServerError, storeFailed } from '../errors.ts';

/** Opens the store once, at the first use of a counter. */
export class StoreOpening {
  readonly #openStore: () => Promise<void>;
  #opening: Promise<void> | undefined;

  constructor(openStore: () => Promise<void>) {
    this.#openStore = openStore;
  }

  /** @throws CounterServerError `store-failed`, or that of the port of the metrics */
  open(): Promise<void> {
    this.#opening ??= this.#openStore().catch((error: unknown) => {
      // The port of the metrics has an error of its own.
      throw error instanceof CounterServerError ? error : storeFailed(error);
    });
    return this.#opening;
  }

  /** For hosts, which do not wait: without the store, this server's own totals are published as stale. */
  openInBackground(): void {
    if (this.#opening) return;
    this.open().catch((error: Error) => emitWarning(error));
  }

  /** Resolves when the store is open, or has failed to open, or if nothing has opened it. */
  async settled(): Promise<void> {
    await this.#opening?.catch(() => {});
  }
}
