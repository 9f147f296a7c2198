import { describe, expect, it } from 'vitest';
import { createStats } from '../../src/core/stats.ts';
import type { ServerDescription } from '../../src/servers/server-description.ts';
import { encodeServerMessage, parseServerMessage } from '../../src/servers/server-messages.ts';

const description: ServerDescription = {
  version: '1.2.3-beta.1',
  startedAt: 1_700_000_000_000,
  eventLoopDelayMs: 0.5,
  store: 'redis',
  stale: false,
  processes: 3,
  proxy: ['untrusted-private', 'upgrade-headers'],
  stats: { ...createStats(), connections: 12, rejected: { bot: 3 }, terminated: { 'not-reading': 1 } },
};
const encoded = (change: object): string =>
  JSON.stringify({ kind: 'description', description: { ...description, ...change } });

describe('what servers announce about themselves', () => {
  it('[A12] is read as it was written', () => {
    for (const message of [
      { kind: 'describe' },
      { kind: 'description', description },
      { kind: 'drain', id: '0123456789abcdef', server: 'web-1-0123456789abcdef' },
      { kind: 'draining', id: '0123456789abcdef' },
    ] as const) {
      expect(parseServerMessage(encodeServerMessage(message))).toEqual(message);
    }
  });

  it('[A12] has no warnings of an older server, and those of a newer one that are known', () => {
    const warningsOf = (proxy: unknown) => {
      const parsed = parseServerMessage(encoded({ proxy }));
      return parsed?.kind === 'description' ? parsed.description.proxy : undefined;
    };
    expect(warningsOf(undefined)).toEqual([]);
    expect(warningsOf(['__proto__', 'newer', 'untrusted-public'])).toEqual(['untrusted-public']);
    expect(warningsOf(['x'.repeat(41)])).toBeUndefined();
    expect(warningsOf(Array.from({ length: 11 }, () => 'newer'))).toBeUndefined();
  });

  it('[A12] has at most 2,000 characters: the rarest reasons are added up', () => {
    const many = (length: number) =>
      Object.fromEntries(Array.from({ length }, (_, index) => [`${'r'.repeat(50)}-${index}`, index + 1]));
    const stats = { ...description.stats, rejected: many(58), terminated: many(40) };
    const text = encodeServerMessage({ kind: 'description', description: { ...description, stats } });
    expect(text.length).toBeLessThanOrEqual(2_000);
    const parsed = parseServerMessage(text);
    if (parsed?.kind !== 'description') throw new Error('it cannot be read');
    const sumOf = (counts: Record<string, number>) =>
      Object.values(counts).reduce((sum, count) => sum + count);
    expect(sumOf(parsed.description.stats.rejected)).toBe((58 * 59) / 2);
    expect(sumOf(parsed.description.stats.terminated)).toBe((40 * 41) / 2);
    expect(parsed.description.stats.rejected['other']).toBeGreaterThan(0);
    expect(parsed.description.stats.connections).toBe(12);
  });

  it.each([
    ['no JSON', '{'],
    ['another kind', '{"kind":"evict"}'],
    ['a webhook', '{"kind":"settled","id":"msg_1"}'],
    ['a version with markup', encoded({ version: '<b>' })],
    ['a time that no date can have', encoded({ startedAt: 1e300 })],
    ['a negative delay', encoded({ eventLoopDelayMs: -1 })],
    ['no process', encoded({ processes: 0 })],
    ['too many processes', encoded({ processes: 1_001 })],
    ['a part of a connection', encoded({ stats: { ...description.stats, connections: 1.5 } })],
    ['statistics without reasons', encoded({ stats: { connections: 1 } })],
    ['a reason with markup', encoded({ stats: { ...description.stats, rejected: { '<b>': 1 } } })],
    ['a server with a path', '{"kind":"drain","id":"0123456789abcdef","server":"../x"}'],
    ['another id', '{"kind":"draining","id":"1"}'],
  ])('[A12] ignores %s', (_name, text) => {
    expect(parseServerMessage(text)).toBeUndefined();
  });
});
