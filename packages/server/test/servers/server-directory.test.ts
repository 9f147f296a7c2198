import { describe, expect, it } from 'vitest';
import { createStats } from '../../src/core/stats.ts';
import {
  ANSWER_MS,
  MAX_AGE_MS,
  MIN_INTERVAL_MS,
  ServerDirectory,
} from '../../src/servers/server-directory.ts';
import type { ServerInfo } from '../../src/io/http/api/api-ports.ts';
import { UNTRUSTED_PROXY } from '../../src/io/admission/forwarded-headers.ts';
import { createServersWorld } from '../helpers/servers-world.ts';

const kinds = (announced: [string, string][]) =>
  announced.map(([server, text]) => `${server}: ${(JSON.parse(text) as { kind: string }).kind}`);

describe('the servers that share a store', () => {
  it('[A12] each of them lists and sums all of them', async () => {
    const { server } = createServersWorld(['a', 'b', 'c']);
    server('a').description.proxy = ['untrusted-private'];
    server('b').description.stats.connections = 5;
    for (const name of ['a', 'b', 'c']) {
      const { directory } = server(name);
      expect(await directory.list()).toEqual(
        ['a', 'b', 'c'].map((other) => ({
          name: other,
          version: '1.2.3',
          since: '2023-11-14T22:13:20.000Z',
          connections: other === 'b' ? 5 : 1,
          eventLoopDelayMs: 1.5,
          store: 'redis',
          processes: 1,
          stale: false,
          silent: false,
          warnings: other === 'a' ? [UNTRUSTED_PROXY.private] : [],
          isSelf: other === name,
        })),
      );
      expect(await directory.stats()).toMatchObject({ connections: 7, rejected: { bot: 6 } });
    }
  });

  it('[A12] nothing is announced until one of them is asked, and again only when the answers are old', async () => {
    const { announced, clock, server } = createServersWorld(['a', 'b', 'c']);
    clock.advance(60_000);
    expect(announced).toEqual([]);
    const { directory } = server('a');
    await Promise.all([directory.list(), directory.stats()]);
    await directory.list();
    expect(kinds(announced)).toEqual(['a: describe', 'b: description', 'c: description']);
    server('b').description.stats.connections = 9;
    clock.advance(MAX_AGE_MS);
    expect(await directory.stats()).toMatchObject({ connections: 11 });
    expect(announced).toHaveLength(6);
  });

  it('[A12] a server that does not answer is stale until it is evicted, and holds up one answer', async () => {
    const { announced, clock, evict, server } = createServersWorld(['a', 'b', 'c']);
    const { directory } = server('a');
    await directory.list();
    server('b').isFrozen = true;
    clock.advance(MAX_AGE_MS);
    const list = directory.list();
    clock.advance(ANSWER_MS);
    const staleness = (servers: ServerInfo[]) =>
      servers.map(({ name, silent, stale }) => [name, silent && stale]);
    expect(staleness(await list)).toEqual([
      ['a', false],
      ['b', true],
      ['c', false],
    ]);
    // It is not waited for again at once, and what it has counted stays in the sum.
    const before = announced.length;
    expect(await directory.stats()).toMatchObject({ connections: 3 });
    expect(announced).toHaveLength(before);
    evict('b');
    expect(staleness(await directory.list())).toEqual([
      ['a', false],
      ['c', false],
    ]);
    expect(await directory.stats()).toMatchObject({ connections: 2 });
  });

  it('[A12] the workers of one primary process are one server', async () => {
    const { announced, server } = createServersWorld(['a', 'b']);
    server('b').description.processes = 3;
    server('a').description.processes = 5;
    expect(await server('a').directory.list()).toHaveLength(2);
    expect(announced).toHaveLength(2);
  });

  it('[A12] a server that many ask describes itself a few times a second', async () => {
    const { announced, announce, clock, server } = createServersWorld(['a', 'b']);
    for (let count = 0; count < 100; count++) announce('b', '{"kind":"describe"}');
    const count = () => kinds(announced).filter((text) => text === 'a: description').length;
    expect(count()).toBe(1);
    clock.advance(MIN_INTERVAL_MS);
    expect(count()).toBe(2);
    clock.advance(60_000);
    expect(count()).toBe(2);
    server('a').directory.close();
    announce('b', '{"kind":"describe"}');
    clock.advance(60_000);
    expect(count()).toBe(2);
  });

  it('[A8] any of them drains any other, and knows whether it does', async () => {
    const { clock, server } = createServersWorld(['a', 'b', 'c']);
    const { directory } = server('a');
    expect(await directory.drain('b')).toBe('draining');
    expect(await directory.drain('a')).toBe('draining');
    expect(await directory.drain('d')).toBe('unknown');
    expect(['a', 'b', 'c'].map((name) => server(name).drains)).toEqual([1, 1, 0]);
    server('c').isFrozen = true;
    let result: string | undefined;
    void directory.drain('c').then((value) => (result = value));
    await expect
      .poll(() => {
        clock.advance(ANSWER_MS);
        return result;
      })
      .toBe('silent');
  });

  it('[A12] a server that shares no store lists itself', async () => {
    const { clock, server } = createServersWorld(['a']);
    const { description } = server('a');
    const directory = new ServerDirectory({
      clock,
      name: () => 'alone',
      describe: () => description,
      drain() {},
      createId: () => '0'.repeat(16),
    });
    directory.start(undefined);
    expect(await directory.list()).toMatchObject([{ name: 'alone', isSelf: true, stale: false }]);
    expect(await directory.stats()).toEqual({ ...createStats(), connections: 1, rejected: { bot: 2 } });
    expect(await directory.drain('a')).toBe('unknown');
  });
});
