import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { classifyFile } from '../core/classify-change.ts';
import type { FileChange } from '../core/ports.ts';
import type { BackendAddress } from '../serving/proxy/backend-address.ts';
import {
  describeFailure,
  GRACE_MS,
  startCommand,
  type CommandContext,
  type RunningCommand,
} from './command-context.ts';
import { HeldChanges } from '../core/held-changes.ts';

export interface ServeRunnerOptions extends CommandContext {
  command: string;
  /** Where the backend listens. */
  address: BackendAddress;
  publish: (changes: FileChange[]) => void;
}

/** The interval at which a starting backend is probed, in ms. */
const PROBE_MS = 50;
const PROBE_TIMEOUT_MS = 1_000;
/** How long after its update the restart of the backend may be noticed elsewhere, in ms. */
const RECENT_MS = 5_000;

/**
 * Runs the backend, and starts it again when files change. Changes are held until it accepts connections, so that pages do not
 * load before. [R9]
 */
export class ServeRunner {
  readonly #options: ServeRunnerOptions;
  readonly #held = new HeldChanges();
  #process: RunningCommand | undefined;
  /** Counts the starts, so that an earlier one knows that it is not the newest. */
  #starts = 0;
  #starting: Promise<void> | undefined;
  #publishedMs = -Infinity;
  #closed = false;

  constructor(options: ServeRunnerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#restart();
  }

  /** Starts the backend again, unless browsers read all changed files themselves and pages replace them in place. */
  handle(changes: FileChange[]): void {
    if (this.#closed) return;
    const isForBrowsers = ({ path, kind }: FileChange): boolean =>
      kind === 'changed' && ['css', 'image'].includes(classifyFile(path));
    if (!this.#starting && changes.every(isForBrowsers)) return this.#options.publish(changes);
    this.#held.add(changes);
    if (!changes.every(isForBrowsers)) this.#restart();
  }

  /** Whether an update after a restart follows, or has just been sent. */
  publishesRestart(): boolean {
    return !this.#held.isEmpty || performance.now() - this.#publishedMs < RECENT_MS;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#process?.end(GRACE_MS.close);
    await this.#starting;
  }

  #restart(): void {
    const start = ++this.#starts;
    const earlier = this.#starting ?? Promise.resolve();
    this.#starting = earlier.then(() => this.#start(start));
  }

  async #start(start: number): Promise<void> {
    const isNewest = (): boolean => start === this.#starts && !this.#closed;
    if (!isNewest()) return;
    const { command, onReport, overlay } = this.#options;
    const before = this.#process;
    this.#process = undefined;
    await before?.end(GRACE_MS.newerChange);
    if (!isNewest()) return;
    const startedMs = performance.now();
    onReport({ command, state: 'started' });
    const process = startCommand(command, this.#options);
    this.#process = process;
    let hasEnded = false;
    void process.exited.then((exit) => {
      // Its end was requested if another one, or none, has its place.
      if (this.#process !== process || this.#closed) return;
      hasEnded = exit.code !== 0;
      const durationMs = Math.round(performance.now() - startedMs);
      // A command may start a service in the background, and end.
      if (!hasEnded) return onReport({ command, state: 'succeeded', durationMs });
      overlay.set(this, describeFailure(command, exit, process.text(), this.#options.isShown));
      onReport({ command, state: 'failed', durationMs, ...exit });
    });
    while (isNewest() && !hasEnded) {
      if (await acceptsConnections(this.#options.address)) break;
      await delay(PROBE_MS);
    }
    if (!isNewest() || hasEnded) return;
    this.#starting = undefined;
    overlay.clear(this);
    const changes = this.#held.take();
    if (changes.length === 0) return;
    this.#publishedMs = performance.now();
    this.#options.publish(changes);
  }
}

function acceptsConnections(address: BackendAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const end = (accepts: boolean): void => {
      socket.destroy();
      resolve(accepts);
    };
    socket.setTimeout(PROBE_TIMEOUT_MS, () => end(false));
    socket.once('error', () => end(false));
    socket.once('connect', () => end(true));
  });
}
