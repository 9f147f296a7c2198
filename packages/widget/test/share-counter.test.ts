import { afterEach, expect, test, vi } from 'vitest';
import { createCounterHandle, type Counter } from '../src/client/counter-handle.ts';
import type { ConnectMore, MoreOptions } from '../src/client/connection.ts';
import { ask } from '../src/client/more/ask.ts';
import { shareClient } from '../src/client/shared-client.ts';
import { shareCounter } from '../src/share-counter.ts';
import { createConnect } from './helpers/fake-connect.ts';
import { createPage } from './helpers/fake-page.ts';

const target = { origin: 'http://localhost:8081', path: '/socket.io', namespace: '/', token: undefined };
const more = vi.hoisted(() => ({ asked: [] as unknown[], connect: undefined as unknown }));

vi.mock('../src/client/more/connect-more.ts', () => ({
  connectMore: ((options, ...args) => {
    more.asked.push(options);
    return (more.connect as ReturnType<typeof createConnect>['connect'])(...args);
  }) satisfies ConnectMore,
}));
vi.mock('@live-online/widget/live-online.more.js', () => ({
  get ask() {
    return ask;
  },
}));

afterEach(() => void vi.unstubAllGlobals());

function setUp() {
  vi.stubGlobal(Symbol.for('live-online'), undefined);
  createPage();
  const plain = createConnect();
  const second = createConnect();
  more.asked.length = 0;
  more.connect = second.connect;
  const create = (options: MoreOptions = {}): Counter =>
    createCounterHandle(shareCounter(target, options as object as { server: string }, plain.connect));
  return { plain: plain.connections, second: second.connections, create };
}

test('[W6] a counter without options connects without the second file', () => {
  const { plain, second, create } = setUp();
  create();
  create({ count: 'tabs', scope: 'site' });
  expect([plain.length, second.length]).toEqual([1, 0]);
});

test('[W6] a counter that asks for more makes the page connect again as the same member', async () => {
  const { plain, second, create } = setUp();
  const first = create();
  plain[0]!.total(3);
  create({ scope: 'page' });
  await vi.waitFor(() => expect(second).toHaveLength(1));
  expect(plain[0]!.closed).toBe(true);
  expect(second[0]!.handshake.member).toBe(plain[0]!.handshake.member);
  expect(first.state).toEqual({ status: 'live', total: 3 });
  create({ count: 'people' });
  await vi.waitFor(() => expect(second).toHaveLength(2));
  expect(more.asked).toEqual([{ scope: 'page' }, { count: 'people', scope: 'page' }]);
});

test('[W6] a counter that asks for what the page has does not connect again', async () => {
  const { plain, second, create } = setUp();
  create({ scope: 'page' });
  create({ scope: 'page', count: 'tabs' });
  create();
  await vi.waitFor(() => expect(second).toHaveLength(1));
  create({ count: 'people' });
  await vi.waitFor(() => expect(more.asked).toHaveLength(2));
  expect(more.asked).toEqual([{ scope: 'page' }, { count: 'people', scope: 'page' }]);
  expect(plain).toHaveLength(0);
});

test('[W6] a client of another version, which cannot be asked for more, goes on as it is', async () => {
  const { plain, second, create } = setUp();
  const client = shareClient(target, createConnect().connect);
  delete client.optOut;
  create({ scope: 'page' });
  await vi.waitFor(() => expect(client.asked).toEqual({ scope: 'page' }));
  expect([plain.length, second.length]).toEqual([0, 0]);
});
