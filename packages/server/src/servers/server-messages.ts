import * as v from 'valibot';
import type { CounterStats } from '../core/stats.ts';
import { isProxyWarning } from '../io/http/proxy-warnings.ts';
import type { ServerDescription } from './server-description.ts';

/** What the servers that share a store announce to each other about themselves. */
export type ServerMessage =
  /** Each server is asked to describe itself. */
  | { readonly kind: 'describe' }
  | { readonly kind: 'description'; readonly description: ServerDescription }
  /** The admin drains `server`. The one that has received the request has checked who sent it. */
  | { readonly kind: 'drain'; readonly id: string; readonly server: string }
  /** `drain` has arrived. */
  | { readonly kind: 'draining'; readonly id: string };

/** What a store can announce at once, in characters. */
const MAX_TEXT = 2_000;
/** How many reasons a description may have, of each kind. */
const MAX_REASONS = 60;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const id = v.pipe(v.string(), v.regex(/^[\da-f]{16}$/));
const reasons = v.pipe(
  v.record(v.pipe(v.string(), v.regex(/^[\w-]{1,60}$/)), count),
  v.maxEntries(MAX_REASONS),
);
const schema = v.variant('kind', [
  v.object({ kind: v.literal('describe') }),
  v.object({
    kind: v.literal('description'),
    description: v.object({
      version: v.pipe(v.string(), v.regex(/^[\w.+-]{1,40}$/)),
      // What a Date can have.
      startedAt: v.pipe(count, v.maxValue(8.64e15)),
      eventLoopDelayMs: v.pipe(v.number(), v.minValue(0), v.maxValue(1e9)),
      store: v.picklist(['memory', 'redis']),
      stale: v.boolean(),
      processes: v.pipe(count, v.minValue(1), v.maxValue(1_000)),
      // Older servers send none, and newer ones may send others.
      proxy: v.optional(
        v.pipe(
          v.array(v.pipe(v.string(), v.maxLength(40))),
          v.maxLength(10),
          v.transform((warnings) => warnings.filter(isProxyWarning)),
        ),
        [],
      ),
      stats: v.object({
        connections: count,
        updates: count,
        messages: count,
        ignoredEvents: count,
        malformedPackets: count,
        heartbeats: count,
        heartbeatTimeouts: count,
        rejected: reasons,
        terminated: reasons,
      }),
    }),
  }),
  v.object({
    kind: v.literal('drain'),
    id,
    server: v.pipe(v.string(), v.regex(/^[\w-]{1,48}$/)),
  }),
  v.object({ kind: v.literal('draining'), id }),
]);

/** At most 2,000 characters. If a description has more, its rarest reasons are added up as `other`. */
export function encodeServerMessage(message: ServerMessage): string {
  let text = JSON.stringify(message);
  for (let kept = MAX_REASONS; text.length > MAX_TEXT && kept > 0; kept = Math.floor(kept / 2)) {
    if (message.kind !== 'description') break;
    const { description } = message;
    const stats = withFewerReasons(description.stats, kept);
    text = JSON.stringify({ ...message, description: { ...description, stats } });
  }
  return text;
}

/** @returns `undefined` for a text in another format: it is outside input. */
export function parseServerMessage(text: string): ServerMessage | undefined {
  try {
    const result = v.safeParse(schema, JSON.parse(text));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}

function withFewerReasons(stats: CounterStats, kept: number): CounterStats {
  return { ...stats, rejected: mostOf(stats.rejected, kept), terminated: mostOf(stats.terminated, kept) };
}

/** The `kept - 1` most frequent reasons, and the sum of all others. */
function mostOf(counts: Record<string, number>, kept: number): Record<string, number> {
  const ordered = Object.entries(counts).sort(([, a], [, b]) => b - a);
  if (ordered.length <= kept) return counts;
  const other = ordered.slice(kept - 1).reduce((sum, [, count]) => sum + count, 0);
  return Object.fromEntries([...ordered.slice(0, kept - 1), ['other', other]]);
}
