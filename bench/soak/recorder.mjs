import { readFileSync, statSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { openFilesOf, rssOf } from './processes.mjs';
import { ADMIN_TOKEN } from './world.mjs';

const TOTALS_MS = 1_000;
const PROCESSES_MS = 5_000;
const SCRAPE_TIMEOUT_MS = 3_000;

/** Takes samples of the totals and of all server processes during the run. */
export class Recorder {
  /** @type {Array<{ seconds: number } & Record<string, any>>} */
  totals = [];
  /** @type {Array<{ seconds: number, role: string, pid: number, rss: number, heapUsed: number, connections: number, files: number }>} */
  processes = [];
  /** How many scrapes of the metrics were answered. */
  scrapes = { answered: 0, failed: 0 };
  #world;
  #startedAt = performance.now();
  #timers = [];

  constructor(world) {
    this.#world = world;
  }

  get seconds() {
    return (performance.now() - this.#startedAt) / 1_000;
  }

  start() {
    this.#timers = [
      setInterval(() => void this.#takeTotals(), TOTALS_MS),
      setInterval(() => this.#takeProcesses(), PROCESSES_MS),
    ];
  }

  stop() {
    for (const timer of this.#timers) clearInterval(timer);
  }

  async #takeTotals() {
    const { clients, servers } = this.#world;
    const pids = Object.values(servers).flatMap((server) => server.pids);
    const { seconds } = this;
    try {
      // The proxies in front of Redis are in this process.
      await clients.call('watch', [...pids, this.#world.redis.pid, process.pid]);
      this.totals.push({ seconds, ...(await clients.call('sample')) });
    } catch {
      // The run is being stopped.
    }
  }

  #takeProcesses() {
    const last = this.totals.at(-1);
    for (const { role, pid, name } of rolesOf(this.#world.servers)) {
      const probe = this.readProbe(pid);
      if (probe === undefined) continue;
      const connections = last?.servers[name]?.clients ?? 0;
      const files = openFilesOf(pid);
      this.processes.push({
        seconds: this.seconds,
        role,
        pid,
        rss: rssOf(pid) ?? probe.rss,
        heapUsed: probe.heapUsed,
        connections,
        files,
      });
    }
    for (const server of Object.values(this.#world.servers)) {
      if (server.pids.length === 0) continue;
      this.scrape(server).then(
        () => this.scrapes.answered++,
        () => this.scrapes.failed++,
      );
    }
  }

  /**
   * What a process has last written about itself; undefined before it has. `at`: when, by the clock of the file system, because
   * that of the process may jump.
   */
  readProbe(pid) {
    const file = join(this.#world.probes, `${pid}.json`);
    try {
      return { ...JSON.parse(readFileSync(file, 'utf8')), at: statSync(file).mtimeMs };
    } catch {
      return undefined;
    }
  }

  /** The metrics as Prometheus reads them, by an admin. */
  scrape({ url }) {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    return new Promise((resolve, reject) => {
      const request = get(
        `${url}metrics`,
        { agent: false, headers, timeout: SCRAPE_TIMEOUT_MS },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
          response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))));
          response.on('error', reject);
        },
      );
      request.on('timeout', () => request.destroy(new Error('no answer')));
      request.on('error', reject);
    });
  }
}

/** Every server process, and what it is: `a`, `b` (the primary), `b, worker 1`. */
export function rolesOf(servers) {
  return Object.values(servers).flatMap(({ name, pids }) =>
    pids.map((pid, index) => ({ name, pid, role: index === 0 ? name : `${name}, worker ${index}` })),
  );
}
