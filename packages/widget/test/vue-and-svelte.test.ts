import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { effectScope, nextTick, ref } from 'vue';
import { onlineCount } from '../src/svelte.ts';
import { useOnlineCount } from '../src/vue.ts';
import { createPage } from './helpers/fake-page.ts';
import { FakeWebSocket } from './helpers/fake-web-socket.ts';

/** What a server sends that lets a member join at once, and a total. */
const frames = (total: number): string[] => [
  '0{"sid":"a","pingInterval":25000,"pingTimeout":20000,"joined":true}',
  `42["total",${total}]`,
];

beforeEach(() => {
  FakeWebSocket.opened.length = 0;
  createPage();
  vi.stubGlobal('WebSocket', FakeWebSocket);
  vi.stubGlobal(Symbol.for('live-online'), undefined);
});
afterEach(() => void vi.unstubAllGlobals());

it('[W3] Vue: other options are another connection, and the end of the scope closes it', async () => {
  const server = ref('http://localhost:7001/');
  const scope = effectScope();
  const state = scope.run(() => useOnlineCount(() => ({ server: server.value })))!;
  const [first] = FakeWebSocket.opened;
  first!.receive(...frames(3));
  expect(state.value).toEqual({ status: 'live', total: 3 });
  server.value = 'http://localhost:7002/';
  await nextTick();
  const [, second] = FakeWebSocket.opened;
  expect([first!.closed, second!.url]).toEqual([true, expect.stringContaining('localhost:7002')]);
  expect(state.value).toEqual({ status: 'connecting', total: undefined });
  second!.receive(...frames(4));
  expect(state.value).toEqual({ status: 'live', total: 4 });
  scope.stop();
  await nextTick();
  expect(second!.closed).toBe(true);
});

it('[W3] Svelte: the store calls a subscriber at once and after each change', async () => {
  const store = onlineCount({ server: 'http://localhost:7003/' });
  const run = vi.fn();
  const unsubscribe = store.subscribe(run);
  FakeWebSocket.opened[0]!.receive(...frames(5));
  expect(run.mock.calls).toEqual([
    [{ status: 'connecting', total: undefined }],
    [{ status: 'live', total: 5 }],
  ]);
  unsubscribe();
  await Promise.resolve();
  expect(FakeWebSocket.opened[0]!.closed).toBe(true);
});
