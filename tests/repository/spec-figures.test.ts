import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { limits } from '@live-online/protocol';
import { SESSION_MS } from '../../packages/server/src/io/http/access/session.ts';
import { STREAM_LIMITS } from '../../packages/server/src/io/http/api/site-streams.ts';
import { DEFAULT_HEARTBEAT } from '../../packages/server/src/io/transport.ts';
import { resolveRedisStoreOptions } from '../../packages/server/src/options/redis-options.ts';
import { resolveServerOptions } from '../../packages/server/src/options/resolve-options.ts';
import { resolveOptions } from '../../packages/reload/src/options/resolve-options.ts';
import { budgets } from '../../packages/widget/scripts/size.mjs';

const packages = fileURLToPath(new URL('../../packages', import.meta.url));
const server = resolveServerOptions({});
const redis = resolveRedisStoreOptions('redis://localhost', {});
const reload = resolveOptions({ folder: packages });

/** A constant in any file of a package, by its name: a whole number, or a shift of one. */
function constant(folder: string, name: string): number {
  const src = join(packages, folder, 'src');
  const pattern = new RegExp(`\\bconst ${name}(?:: number)? = ([\\d_]+)(?: << (\\d+))?;`, 'g');
  const found = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...readFileSync(join(src, file), 'utf8').matchAll(pattern)]);
  expect(found, `one ${name} in ${folder}`).toHaveLength(1);
  const [, value = '', shift = '0'] = found[0]!;
  return Number(value.replaceAll('_', '')) << Number(shift);
}

const KB = 1_024;
const MB = 1 << 20;
/** A figure in a SPEC, its unit, and the same figure in the source. */
const figures: [spec: 'reload' | 'server' | 'widget', pattern: RegExp, unit: number, actual: () => number][] =
  [
    ['reload', /quiet period \(([\d,.]+) ms/, 1, () => reload.debounceMs],
    ['reload', /quiet period is longer \(([\d,.]+) ms/, 1, () => constant('reload', 'RECHECK_WINDOW_MS')],
    ['reload', /CSS is shorter \(([\d,.]+) ms/, 1, () => constant('reload', 'COMPLETE_MS')],
    ['reload', /longer than ([\d,.]+) characters/, 1, () => constant('reload', 'BUFFER_LENGTH')],
    ['reload', /its last ([\d,.]+)\s+characters/, 1, () => constant('reload', 'LONG_CLOSING_LENGTH')],
    [
      'reload',
      /more than ([\d,.]+) bytes that was written in place/,
      1,
      () => constant('reload', 'BUFFER_BYTES'),
    ],
    ['reload', /HTML of more than\s+([\d,.]+) nodes/, 1, () => constant('reload', 'MAX_NODES')],
    ['reload', /At most ([\d,.]+) MB is held back/, MB, () => constant('reload', 'LOOK_AHEAD_BYTES')],
    ['reload', /more than ([\d,.]+) requests that\s+wait/, 1, () => constant('reload', 'MAX_PIPELINED')],
    ['server', /at most ([\d,.]+) streams, and/, 1, () => STREAM_LIMITS.total],
    ['server', /streams, and ([\d,.]+) from one address/, 1, () => STREAM_LIMITS.perAddress],
    ['server', /cookie is an admin's token for ([\d,.]+) h/, 3_600_000, () => SESSION_MS],
    ['server', /session cookie lasts ([\d,.]+) h/, 3_600_000, () => SESSION_MS],
    ['server', /a rejected token costs ([\d,.]+)\./, 1, () => constant('server', 'REJECTED_COST')],
    ['server', /gets a comment every ([\d,.]+) s/, 1_000, () => constant('server', 'PING_MS')],
    ['server', /does not read for ([\d,.]+) s is disconnected/, 1_000, () => constant('server', 'STUCK_MS')],
    ['server', /asked, at most every ([\d,.]+) s/, 1_000, () => constant('server', 'MAX_AGE_MS')],
    ['server', /description has at most ([\d,.]+) characters/, 1, () => constant('server', 'MAX_TEXT')],
    ['server', /`historySites` \(([\d,.]+)\)/, 1, () => server.historySites],
    ['server', /A form has at most ([\d,.]+) bytes/, 1, () => constant('server', 'MAX_FORM_BYTES')],
    [
      'server',
      /An answer from 200 to 299 within ([\d,.]+) s/,
      1_000,
      () => constant('server', 'WEBHOOK_TIMEOUT_MS'),
    ],
    ['server', /At most ([\d,.]+) attempts run/, 1, () => constant('server', 'MAX_CONCURRENT')],
    ['server', /At most ([\d,.]+) deliveries wait/, 1, () => constant('server', 'MAX_WAITING')],
    ['server', /itself in the last ([\d,.]+) s/, 1_000, () => constant('server', 'UNANNOUNCED_MS')],
    ['reload', /For ([\d,.]+) s after an update/, 1_000, () => constant('reload', 'WATCH_MS')],
    ['reload', /at most ([\d,.]+) idle connections/, 1, () => constant('reload', 'MAX_CONNECTIONS')],
    ['reload', /a request waits ([\d,.]+) ms for its/, 1, () => constant('reload', 'SLOW_MS')],
    ['server', /`metricsSites` \(([\d,.]+)\)/, 1, () => server.operations.metrics.maxSites],
    ['server', /one event for each rise, ([\d,.]+) s/, 1_000, () => constant('server', 'PEAK_DELAY_MS')],
    ['server', /since the server\s+started, and at least ([\d,.]+)/, 1, () => constant('server', 'MIN_PEAK')],
    ['server', /from 200 to 299 within ([\d,.]+) s/, 1_000, () => constant('server', 'WEBHOOK_TIMEOUT_MS')],
    ['server', /At most ([\d,.]+) attempts run/, 1, () => constant('server', 'MAX_CONCURRENT')],
    ['server', /At most ([\d,.]+) deliveries wait/, 1, () => constant('server', 'MAX_WAITING')],
    ['server', /itself in the last ([\d,.]+) s/, 1_000, () => constant('server', 'UNANNOUNCED_MS')],
    ['server', /counts ([\d,.]+) paths of a site/, 1, () => constant('server', 'MAX_PATHS')],
    ['server', /every ([\d,.]+) ms if their/, 1, () => constant('server', 'WORKERS_UPDATE_MS')],
    ['server', /waits for ([\d,.]+) ms at most/, 1, () => constant('server', 'RECALL_TIMEOUT_MS')],
    ['server', /has not used for ([\d,.]+) s/, 1_000, () => constant('server', 'UNUSED_PLACES_MS')],
    ['server', /not reported for ([\d,.]+) s/, 1_000, () => constant('server', 'FRESH_MS')],
    ['server', /asked every ([\d,.]+) s/, 1_000, () => DEFAULT_HEARTBEAT.intervalMs],
    ['server', /`label` \(at most ([\d,.]+) characters/, 1, () => constant('server', 'MAX_LABEL_LENGTH')],
    ['server', /has ([\d,.]+) s to answer/, 1_000, () => DEFAULT_HEARTBEAT.timeoutMs],
    ['server', /next tick, ([\d,.]+) ms in a small room/, 1, () => server.minUpdateIntervalMs],
    ['server', /`maxWaitingBytes` \(([\d,.]+) kB\)/, KB, () => server.bounds.maxWaitingBytes],
    ['server', /does not join within ([\d,.]+) s/, 1_000, () => constant('server', 'JOIN_TIMEOUT_MS')],
    ['server', /A message may have ([\d,.]+) bytes/, 1, () => limits.maxClientMessageBytes],
    ['server', /A client may send ([\d,.]+)\s+packets at once/, 1, () => server.bounds.packets.burst],
    ['server', /a client does not answer ends after ([\d,.]+) s/, 1_000, () => server.bounds.closeTimeoutMs],
    ['server', /A request may have ([\d,.]+) kB/, KB, () => constant('server', 'MAX_HEADER_BYTES')],
    ['server', /kB and ([\d,.]+) headers/, 1, () => constant('server', 'MAX_HEADERS')],
    ['server', /URL of\s+([\d,.]+) characters/, 1, () => constant('server', 'MAX_URL_LENGTH')],
    [
      'server',
      /A connection may have ([\d,.]+)\s+responses/,
      1,
      () => constant('server', 'MAX_OUTSTANDING_RESPONSES'),
    ],
    ['server', /asks the client every ([\d,.]+) s/, 1_000, () => constant('server', 'PING_INTERVAL_MS')],
    [
      'server',
      /The client has ([\d,.]+) s to answer, by/,
      1_000,
      () => constant('server', 'PING_TIMEOUT_MS'),
    ],
    ['server', /with an id is counted for ([\d,.]+) s more/, 1_000, () => constant('server', 'AWAIT_MS')],
    ['server', /over ([\d,.]+) buckets/, 1, () => constant('server', 'BUCKETS')],
    ['server', /a lease \(([\d,.]+) s\)/, 1_000, () => redis.leaseMs],
    ['server', /reconnect deadline of ([\d,.]+) s/, 1_000, () => constant('server', 'RECONNECT_DUE_MS')],
    ['widget', /retries after ([\d,.]+) to/, 1_000, () => constant('widget', 'MIN_RETRY_MS')],
    ['widget', /retries after [\d,.]+ to ([\d,.]+) s/, 1_000, () => constant('widget', 'MAX_RETRY_MS')],
    ['widget', /less than ([\d,.]+) s is a failure/, 1_000, () => constant('widget', 'STABLE_AFTER_MS')],
    ['widget', /at most every ([\d,.]+) s/, 1_000, () => constant('widget', 'ANNOUNCEMENT_INTERVAL_MS')],
    ['widget', /script tag has at most ([\d,.]+) bytes/, 1, () => budgets.scriptTag],
    ['widget', /`createCounter` at most ([\d,.]+) in/, 1, () => budgets.createCounter],
    ['widget', /element has at most ([\d,.]+) in/, 1, () => budgets.element],
    ['widget', /for a framework at most ([\d,.]+)\./, 1, () => budgets.framework],
  ];

describe('figures of a SPEC', () => {
  it.each(figures)('[spec] %s: %s is the figure in the source', (name, pattern, unit, actual) => {
    const spec = readFileSync(join(packages, name, 'SPEC.md'), 'utf8').replaceAll(/\s+/g, ' ');
    const [, figure] = pattern.exec(spec) ?? [];
    expect(figure, `${String(pattern)} in ${name}/SPEC.md`).toBeDefined();
    expect(Number(figure!.replaceAll(',', '')) * unit).toBe(actual());
  });
});

it.each(['reload', 'server'])('[spec] each rule of %s has a number of its own', (name) => {
  const spec = readFileSync(join(packages, name, 'SPEC.md'), 'utf8');
  const numbers = [...spec.matchAll(/^- \*\*\[(\w+)\]/gm)].map(([, number]) => number);
  expect(numbers).toEqual([...new Set(numbers)]);
});
