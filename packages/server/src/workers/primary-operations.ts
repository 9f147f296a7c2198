import { systemClock } from '@live-online/internal/system-clock';
import type { AssembledCounter } from '../assemble-counter.ts';
import { Operations } from '../assemble-operations.ts';
import type { MetricsJson } from '../metrics/merge-metrics.ts';
import type { OperationsOptions, ResolvedOperationsOptions } from '../options/operations-options.ts';
import type { ApiServers } from '../io/http/api/api-ports.ts';
import type { IpcChannel } from '../store/bus/ipc-channel.ts';
import type { MeshStore } from '../store/mesh/mesh-store.ts';
import type { WebhookPeers } from '../webhooks/failover.ts';
import { connectWorker } from './operations-relay.ts';

export interface PrimaryOperationsOptions {
  options: ResolvedOperationsOptions;
  assembled: Pick<AssembledCounter, 'counter' | 'publishLag' | 'reportWebhook' | 'view'>;
  /** The primary's own store, once it is open. */
  store: () => MeshStore | undefined;
  /** Whether the store is shared with other machines. */
  hasOtherServers: boolean;
  /** The names of the workers among the servers. */
  workers: () => (string | undefined)[];
  /** What the API has of all servers. */
  servers: ApiServers;
}

/** Metrics and webhooks of several processes: the primary has those of all. */
export class PrimaryOperations {
  readonly #operations: Operations;
  readonly #servers: ApiServers;
  readonly #workers = new Map<string, () => Promise<MetricsJson>>();

  constructor(options: PrimaryOperationsOptions) {
    const { assembled, store, hasOtherServers, servers, workers } = options;
    const { counter, publishLag, reportWebhook, view } = assembled;
    this.#servers = servers;
    this.#operations = new Operations({
      options: options.options,
      clock: systemClock,
      view,
      members: () => counter.members(),
      publishLag: () => publishLag.snapshot(),
      store: { peers: () => store()?.peers() ?? 0, latency: () => store()!.latency() },
      peers: () => (hasOtherServers ? peersOf(store, workers) : undefined),
      isLeader: () => true,
      onWebhookFailed: reportWebhook,
      readWorkers: () => this.#readWorkers(),
    });
  }

  get metricsUrl(): string | undefined {
    return this.#operations.metricsUrl;
  }

  /** Connects a process. Returns a function that disconnects it. */
  connect(worker: number, channel: IpcChannel): () => void {
    const name = String(worker);
    const operations = this.#operations;
    const read = connectWorker(channel, {
      metricsText: () => operations.metricsText(),
      webhooks: () => operations.webhooks(),
      addEarlierPeaks: (peaks) => operations.addEarlierPeaks(peaks),
      servers: this.#servers,
    });
    this.#workers.set(name, read);
    return () => {
      // Another process may have replaced it.
      if (this.#workers.get(name) === read) this.#workers.delete(name);
    };
  }

  start(): Promise<void> {
    return this.#operations.start();
  }

  close(): Promise<void> {
    return this.#operations.close();
  }

  /** A worker that does not answer, or is not ready yet, is left out. */
  async #readWorkers(): Promise<Map<string, MetricsJson>> {
    const read = [...this.#workers].map(async ([name, readOne]) => [name, await readOne()] as const);
    const results = await Promise.allSettled(read);
    return new Map(results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])));
  }
}

/** The primary leads if one of its processes has the smallest name: workers send no webhooks themselves. */
function peersOf(
  store: () => MeshStore | undefined,
  workers: () => (string | undefined)[],
): WebhookPeers | undefined {
  const mesh = store();
  return (
    mesh && {
      isLeader: () => [mesh.server, ...workers()].includes(mesh.leader()),
      hasPeer: (server) => mesh.hasPeer(server),
      announce: (text) => mesh.announce(text),
      onAnnouncement: (listener) => mesh.onAnnouncement(listener),
    }
  );
}

/** The options of a worker, which leaves to its primary what all processes have together. */
export function withoutOperations<Options extends OperationsOptions>(options: Options): Options {
  const rest: Options = { ...options };
  delete rest.metricsPort;
  delete rest.webhooks;
  return rest;
}
