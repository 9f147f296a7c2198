import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setTimeout as rest } from 'node:timers/promises';
import { childrenOf, isAlive } from './processes.mjs';

const BIN = fileURLToPath(new URL('../../packages/server/bin/live-online-server.js', import.meta.url));
const PROBE = new URL('./probe.mjs', import.meta.url).href;
const START_TIMEOUT_MS = 90_000;
/** A server that neither listens nor ends within this time is started again, in ms. */
const LISTEN_TIMEOUT_MS = 30_000;
const RETRY_MS = 300;
/** How many lines of the standard error, and how many warnings, are kept. */
const MAX_LINES = 50;
/** What a server must not write into its log, whatever happens. */
const WARNING = /MaxListeners|Unhandled|DeprecationWarning|FATAL|Error:/;

/**
 * A real `live-online-server` on one port, which may end and start again.
 *
 * @typedef {{ name: string, flags: Record<string, string | number>, env: Record<string, string>, workers?: number }} ServerPlan
 */
export class ServerProcess {
  name;
  url = '';
  /** What the server has written to its standard error. */
  errors = [];
  /** The first lines of them that no fault explains. */
  warnings = [];
  /** Ends that the soak has not caused. */
  crashes = [];
  #plan;
  #signal;
  #port = 0;
  #child;
  #isWanted = false;

  /** @param {ServerPlan} plan @param {AbortSignal} signal */
  constructor(plan, signal) {
    this.name = plan.name;
    this.#plan = plan;
    this.#signal = signal;
  }

  get pid() {
    return this.#child?.pid;
  }

  /** Its own process, and those of its workers. */
  get pids() {
    return this.pid === undefined || !isAlive(this.pid) ? [] : [this.pid, ...childrenOf(this.pid)];
  }

  get workers() {
    return this.pids.slice(1);
  }

  /** Starts it, on the port that it had before. Resolves when it listens and all workers run. */
  async start() {
    const until = performance.now() + START_TIMEOUT_MS;
    for (;;) {
      this.#signal.throwIfAborted();
      if (await this.#try()) break;
      if (performance.now() > until) throw new Error(`${this.name} does not start: ${this.errors.at(-1)}`);
      // The port may still be in use by a worker that notices the end of its primary.
      await rest(RETRY_MS);
    }
    await this.untilWorkers();
  }

  /** Waits until all workers run. */
  async untilWorkers() {
    const { workers: wanted = 0 } = this.#plan;
    const until = performance.now() + START_TIMEOUT_MS;
    while (this.workers.length < wanted) {
      this.#signal.throwIfAborted();
      if (performance.now() > until) {
        throw new Error(
          `${this.name} has ${this.workers.length} of ${wanted} workers: ${this.errors.at(-1)}`,
        );
      }
      await rest(RETRY_MS);
    }
  }

  async #try() {
    const flags = {
      ...this.#plan.flags,
      port: this.#port,
      host: '127.0.0.1',
      log: 'json',
      'server-name': this.name,
    };
    const child = spawn(
      process.execPath,
      [BIN, ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)],
      {
        env: { ...process.env, NO_COLOR: '1', NODE_OPTIONS: `--import=${PROBE}`, ...this.#plan.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#child = child;
    createInterface(child.stderr).on('line', (line) => this.#keep(line));
    const lines = createInterface(child.stdout);
    const ended = once(child, 'exit');
    const late = rest(LISTEN_TIMEOUT_MS, undefined, { signal: this.#signal, ref: false }).catch(() => {});
    const url = await Promise.race([this.#listening(lines), ended.then(() => undefined), late]);
    if (url === undefined) {
      child.kill('SIGKILL');
      return false;
    }
    this.url = url;
    this.#port = Number(new URL(url).port);
    this.#isWanted = true;
    void ended.then(([code, by]) => {
      if (this.#isWanted && child === this.#child)
        this.crashes.push(`${this.name} has ended by ${by ?? `code ${code}`}`);
    });
    return true;
  }

  #listening(lines) {
    return new Promise((resolve) => {
      lines.on('line', (line) => {
        const { event, url, message } = JSON.parse(line);
        if (event === 'listening') resolve(url);
        else if (event === 'error' || event === 'warning') this.#keep(message);
      });
      // Closing the output is one of the faults.
      lines.on('error', () => {});
    });
  }

  #keep(line) {
    if (WARNING.test(line) && this.warnings.length < MAX_LINES) this.warnings.push(line);
    this.errors.push(line);
    if (this.errors.length > MAX_LINES) this.errors.shift();
  }

  /** Ends it as `kill -9` does, and waits until its workers have ended as well. Returns those that have not. */
  async kill() {
    return this.#end('SIGKILL', 20_000);
  }

  /** Ends it as an operator does: it drains. Returns the IDs of workers that still run. */
  async end() {
    return this.#end('SIGTERM', 60_000);
  }

  async #end(signal, withinMs) {
    this.#isWanted = false;
    const { pids } = this;
    if (pids.length === 0) return [];
    this.#child.kill(signal);
    const until = performance.now() + withinMs;
    while (pids.some(isAlive) && performance.now() < until) await rest(50);
    const left = pids.filter(isAlive);
    for (const pid of left) process.kill(pid, 'SIGKILL');
    return left;
  }

  /** Closes the pipe that the server writes its log into. */
  closeOutput() {
    this.#child.stdout.destroy();
  }
}
