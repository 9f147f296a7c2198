import { randomBytes } from 'node:crypto';
import type { SitePeaks } from '../core/samples.ts';
import type { Clock } from '../core/ports.ts';
import { DeliveryQueue, type Delivery } from './delivery-queue.ts';
import { Failover, type WebhookPeers } from './failover.ts';
import { postWebhook, type PostResult } from './post-webhook.ts';
import type { WebhookFailed } from './webhook-failed.ts';
import type { ResolvedWebhook } from './resolved-webhook.ts';
import type { WebhookState } from './webhook-state.ts';
import { webhookHeaders } from './sign-webhook.ts';
import { SiteEvents } from './site-events.ts';
import { encodePayload, type WebhookEvent } from './webhook-event.ts';

export interface WebhooksOptions {
  webhooks: readonly ResolvedWebhook[];
  /** Whether private, loopback and link-local addresses are allowed. */
  allowPrivate: boolean;
  clock: Clock;
  /** The time of day, in ms since 1970. */
  timeOfDay: () => number;
  /** From 0 up to 1. */
  random: () => number;
  /** The servers that share a store. `undefined`: this one alone. */
  peers: WebhookPeers | undefined;
  /** Whether this server sends the webhooks, if it has no `peers`. */
  isLeader: () => boolean;
  /** The highest total that a site had before this server has seen it; 0 if that is not known. */
  earlierPeak: (site: string) => number;
  /** Whether there are other servers. */
  hasPeers: () => boolean;
  /** A delivery was abandoned. */
  onFailed: (failed: WebhookFailed) => void;
}

/** How many deliveries have ended, by how they ended. */
export interface WebhookCounts {
  delivered: number;
  failed: number;
  /** Those that have not ended. */
  waiting: number;
}

/** How long after the start a server learns which sites have members on other servers, in ms. */
const SETTLE_MS = 5_000;
/** How many sites are remembered whose totals have only been stale. */
const MAX_UNKNOWN = 10_000;
/** How long a receiver may take to answer, in ms. */
const WEBHOOK_TIMEOUT_MS = 10_000;

/** The totals of all sites. */
export interface TotalsView {
  totals(): ReadonlyMap<string, number>;
  on(
    event: 'total',
    listener: (published: { site: string; total: number; stale: boolean }) => void,
  ): () => void;
}

interface Endpoint {
  readonly webhook: ResolvedWebhook;
  readonly queue: DeliveryQueue;
}

/** Sends the events of all sites to the webhooks. [H1–H4] */
export class Webhooks {
  readonly #options: WebhooksOptions;
  readonly #endpoints: readonly Endpoint[];
  readonly #events: SiteEvents;
  readonly #failover: Failover | undefined;
  readonly #aborted = new AbortController();
  /** How many webhooks have not settled an event, by its id. */
  readonly #unsettled = new Map<string, number>();
  readonly #counts = { delivered: 0, failed: 0 };
  #stop = (): void => {};

  constructor(options: WebhooksOptions) {
    this.#options = options;
    const { clock, earlierPeak, isLeader, peers, timeOfDay, webhooks } = options;
    this.#endpoints = webhooks.map((webhook) => ({ webhook, queue: this.#createQueue(webhook) }));
    const createId = (): string => `msg_${randomBytes(16).toString('hex')}`;
    const send = (id: string, event: WebhookEvent): void => this.#send(id, event);
    this.#failover = peers && new Failover({ clock, peers, createId, send });
    this.#events = new SiteEvents({
      clock,
      timeOfDay,
      earlierPeak,
      thresholds: [...new Set(webhooks.flatMap(({ threshold }) => threshold ?? []))],
      emit: (event) => {
        if (this.#failover) this.#failover.observe(event);
        else if (isLeader()) send(createId(), event);
      },
    });
  }

  /** Begins with the totals of now, which are no events. To be called when the store is open. */
  start(view: TotalsView): void {
    const { clock, hasPeers } = this.#options;
    for (const [site, total] of view.totals()) this.#events.setBaseline(site, total);
    const settledAtMs = hasPeers() ? clock.now() + SETTLE_MS : -Infinity;
    const unknown = new Set<string>();
    this.#stop = view.on('total', ({ site, total, stale }) => {
      const isNew = !this.#events.has(site);
      // The total of a site of other servers may be wrong in both directions.
      if (stale) {
        if (isNew && unknown.size < MAX_UNKNOWN) unknown.add(site);
        return;
      }
      // Its members may have been there before.
      const isFirst = unknown.delete(site) || clock.now() < settledAtMs;
      if (isNew && isFirst) this.#events.setBaseline(site, total);
      else this.#events.update(site, total);
    });
  }

  /** Earlier peaks of sites are known now. */
  addEarlierPeaks(peaks: SitePeaks): void {
    for (const [site, people] of peaks) this.#events.addEarlierPeak(site, people);
  }

  /** The state of each webhook, without the secret parts of its URL. */
  list(): WebhookState[] {
    return this.#endpoints.map(({ webhook, queue }) => ({
      url: withoutCredentials(webhook.url),
      waiting: queue.waiting,
      deliveries: queue.deliveries().map(describe),
    }));
  }

  counts(): WebhookCounts {
    const waiting = this.#endpoints.reduce((sum, { queue }) => sum + queue.waiting, 0);
    return { ...this.#counts, waiting };
  }

  /** Sends nothing any more. */
  close(): void {
    this.#stop();
    this.#events.close();
    this.#failover?.close();
    for (const { queue } of this.#endpoints) queue.close();
    this.#aborted.abort();
  }

  #createQueue(webhook: ResolvedWebhook): DeliveryQueue {
    const { clock, random, timeOfDay } = this.#options;
    return new DeliveryQueue({
      clock,
      random,
      timeOfDay,
      post: (delivery) => this.#post(webhook, delivery),
      onSettled: (delivery) => this.#settled(webhook, delivery),
    });
  }

  #send(id: string, event: WebhookEvent): void {
    const receivers = this.#endpoints.filter(
      ({ webhook }) => event.threshold === undefined || webhook.threshold === event.threshold,
    );
    if (receivers.length === 0) return this.#failover?.settled(id);
    this.#unsettled.set(id, receivers.length);
    for (const { queue } of receivers) queue.add(id, event);
  }

  #post({ url, secret }: ResolvedWebhook, { id, event }: Delivery): Promise<PostResult> {
    const { allowPrivate, timeOfDay } = this.#options;
    const body = encodePayload(event);
    const headers = webhookHeaders(id, body, secret, timeOfDay());
    const { signal } = this.#aborted;
    return postWebhook(new URL(url), headers, body, { allowPrivate, timeoutMs: WEBHOOK_TIMEOUT_MS, signal });
  }

  #settled({ url }: ResolvedWebhook, { id, event, status, attempts, lastError }: Delivery): void {
    if (status === 'failed') {
      const { type, site } = event;
      const reason = lastError ?? 'unknown';
      this.#options.onFailed({ origin: new URL(url).origin, type, site, attempts, reason });
    }
    this.#counts[status === 'delivered' ? 'delivered' : 'failed']++;
    const left = (this.#unsettled.get(id) ?? 1) - 1;
    if (left > 0) return void this.#unsettled.set(id, left);
    this.#unsettled.delete(id);
    this.#failover?.settled(id);
  }
}

function describe({ id, event, status, attempts, lastError }: Delivery): WebhookState['deliveries'][number] {
  const { type, site, at } = event;
  return { id, type, site, at: new Date(at).toISOString(), status, attempts, lastError: lastError ?? null };
}

/** The URL without user, password, query and fragment. */
function withoutCredentials(text: string): string {
  const { origin, pathname } = new URL(text);
  return origin + pathname;
}
