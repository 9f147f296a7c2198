import type { SitePeaks } from '../core/samples.ts';
import type { CounterStats } from '../core/stats.ts';
import type { ApiServers, DrainResult, ServerInfo } from '../io/http/api/api-ports.ts';
import type { MetricsJson } from '../metrics/merge-metrics.ts';
import type { OperationsRelay } from '../metrics/operations-relay.ts';
import type { IpcChannel } from '../store/bus/ipc-channel.ts';
import type { WebhookState } from '../webhooks/webhook-state.ts';

/** How long the other process may take to answer, in ms: a stopped one never does. The primary may wait for a worker itself. */
const TIMEOUT_MS = { worker: 2_000, primary: 5_000 };

/** @param parameter what JSON can have. */
type Answer = (parameter: unknown) => unknown;

/** Questions and answers over an IPC channel. Both ends may ask. */
class IpcQuestions {
  readonly #channel: IpcChannel;
  readonly #timeoutMs: number;
  readonly #pending = new Map<number, (answer: unknown) => void>();
  readonly #answers = new Map<string, Answer>();
  #count = 0;

  /** @param timeoutMs how long the other end may take to answer. */
  constructor(channel: IpcChannel, timeoutMs: number) {
    this.#channel = channel;
    this.#timeoutMs = timeoutMs;
    channel.listen(([kind, id, value, parameter]) => {
      if (kind === 'ask') void this.#answer(id as number, value as string, parameter);
      else this.#pending.get(id as number)?.(value);
    });
  }

  /** Answers a question of the other end. */
  serve(question: string, answer: Answer): void {
    this.#answers.set(question, answer);
  }

  /** Rejects if the other end cannot answer. */
  ask(question: string, parameter?: unknown): Promise<unknown> {
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new Error('the other process does not answer'));
      }, this.#timeoutMs);
      this.#pending.set(id, (text) => {
        clearTimeout(timer);
        this.#pending.delete(id);
        if (typeof text === 'string') resolve(JSON.parse(text));
        else reject(new Error('the other process has no answer'));
      });
      this.#channel.send(['ask', id, question, parameter]);
    });
  }

  async #answer(id: number, question: string, parameter: unknown): Promise<void> {
    let text: string | null = null;
    try {
      const value = await this.#answers.get(question)?.(parameter);
      if (value !== undefined) text = JSON.stringify(value);
    } catch {
      // The other end is sent that there is no answer.
    }
    this.#channel.send(['answer', id, text]);
  }
}

/** The end of a worker. The other end is `connectWorker`. */
export function createOperationsRelay(channel: IpcChannel): OperationsRelay {
  const questions = new IpcQuestions(channel, TIMEOUT_MS.primary);
  return {
    metrics: () => questions.ask('metrics') as Promise<string>,
    webhooks: () => questions.ask('webhooks') as Promise<WebhookState[]>,
    servers: {
      list: () => questions.ask('servers') as Promise<ServerInfo[]>,
      stats: () => questions.ask('stats') as Promise<CounterStats>,
      drain: (name) => questions.ask('drain', name) as Promise<DrainResult>,
    },
    // If the primary does not answer, it sends no webhooks either.
    addEarlierPeaks: (peaks) => void questions.ask('earlier-peaks', peaks).catch(() => {}),
    serve: (read) => questions.serve('own-metrics', read),
  };
}

/** What the primary answers to its workers. */
export interface PrimaryAnswers {
  metricsText(): Promise<string>;
  webhooks(): Promise<WebhookState[]>;
  servers: ApiServers;
  addEarlierPeaks(peaks: SitePeaks): void;
}

/** The end of the primary. Returns a function that reads the metrics of the worker. */
export function connectWorker(channel: IpcChannel, answers: PrimaryAnswers): () => Promise<MetricsJson> {
  const questions = new IpcQuestions(channel, TIMEOUT_MS.worker);
  questions.serve('metrics', () => answers.metricsText());
  questions.serve('webhooks', () => answers.webhooks());
  questions.serve('servers', () => answers.servers.list());
  questions.serve('stats', () => answers.servers.stats());
  questions.serve('drain', (name) => answers.servers.drain(name as string));
  questions.serve('earlier-peaks', (peaks) => {
    answers.addEarlierPeaks(peaks as SitePeaks);
    return true;
  });
  return () => questions.ask('own-metrics') as Promise<MetricsJson>;
}
