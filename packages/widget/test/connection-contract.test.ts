import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { isIdentifier } from '@live-online/protocol';
import type { CounterServerOptions } from '../../server/src/index.ts';
import { startAttached } from '../../server/test/helpers/attached.ts';
import { startEngine } from '../../server/test/helpers/engines.ts';
import type { Connect } from '../src/client/connection.ts';
import { openBrowserConnection } from '../src/client/browser-connection.ts';
import { createTagConnect } from '../src/client/tag-connection.ts';
import { PageWebSocket } from './helpers/page-web-socket.ts';

const errors: unknown[] = [];
const collect = (error: unknown): void => void errors.push(error);
const connects: Record<string, Connect> = {
  "the browser's WebSocket": (target, handshake, onTotal, onEnd) =>
    openBrowserConnection(false, target, handshake, onTotal, onEnd),
  'the script tag': createTagConnect(false),
};

beforeAll(async () => {
  // Socket.IO's client looks up WebSocket when it is loaded.
  vi.stubGlobal('WebSocket', PageWebSocket);
  const { connectSocketIo } = await import('../src/client/socket-io-connection.ts');
  connects['socket.io-client'] = connectSocketIo;
  process.on('unhandledRejection', collect);
  process.on('uncaughtException', collect);
});
afterEach(() => expect(errors.splice(0)).toEqual([]));
afterAll(() => {
  process.off('unhandledRejection', collect);
  process.off('uncaughtException', collect);
  vi.unstubAllGlobals();
});

interface Place {
  readonly url: string;
  readonly namespace?: string;
  /** How many connections are counted now. */
  readonly count: () => number;
  readonly close: () => Promise<void>;
}

/** Options that all servers have. */
type PlaceOptions = Pick<CounterServerOptions, 'sites'>;

const heartbeat = { intervalMs: 60, timeoutMs: 500 };

const places: Record<string, (options?: PlaceOptions) => Promise<Place>> = {
  'the lean engine': (options) => startOwn('lean', options),
  'the engine socket.io': (options) => startOwn('socket.io', options),
  'a stock server with attachCounter': async (options) => {
    const { url, counter, io } = await startAttached(heartbeat, options);
    return {
      url,
      namespace: '/live-online',
      count: () => counter.stats().connections,
      close: () => io.close(),
    };
  },
};

async function startOwn(engine: 'lean' | 'socket.io', options: PlaceOptions = {}): Promise<Place> {
  const { counter, url } = await startEngine(engine, { ...options, heartbeat });
  return { url, count: () => counter.stats().connections, close: () => counter.close() };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.each(["the browser's WebSocket", 'the script tag', 'socket.io-client'])(
  'a connection by %s',
  (name) => {
    /** Connects, and remembers what the connection reports. */
    function open({ url, namespace = '/' }: Pick<Place, 'url' | 'namespace'>, handshake: object = {}) {
      const token = (handshake as { token?: string }).token;
      const totals: unknown[] = [];
      const ends: unknown[] = [];
      const close = connects[name]!(
        { origin: new URL(url).origin, path: '/socket.io', namespace, token },
        { v: 1, member: `member-${Math.random()}`.replace('.', '-'), token, ...handshake },
        (...total) => void totals.push(total[0]),
        (code) => void ends.push(isIdentifier(code) ? code : undefined),
      );
      onTestFinished(close);
      const sees = (total: unknown): Promise<void> => vi.waitFor(() => expect(totals.at(-1)).toBe(total));
      const hasEnded = (code?: string): Promise<void> => vi.waitFor(() => expect(ends).toEqual([code]));
      return { totals, ends, close, sees, hasEnded };
    }

    describe.each(Object.keys(places))('with %s', (at) => {
      const start = places[at]!;

      test('[W3] is counted, and receives each total', async () => {
        const place = await start();
        const first = open(place);
        await first.sees(1);
        const second = open(place);
        await Promise.all([first.sees(2), second.sees(2)]);
        expect(second.totals[0]).toBe(2);
        second.close();
        await vi.waitFor(() => expect(place.count()).toBe(1));
        await first.sees(1);
        expect([first.ends, second.ends]).toEqual([[], []]);
      });

      test('[C8] answers heartbeats', async () => {
        const place = await start();
        const { sees, ends } = open(place);
        await sees(1);
        // Longer than the server waits for an answer.
        await new Promise((resolve) => setTimeout(resolve, 800));
        expect(place.count()).toBe(1);
        expect(ends).toEqual([]);
      });

      test('[C7] replaces the older connection of its member, which ends without a reason', async () => {
        const place = await start();
        const older = open(place, { member: 'the-member' });
        await older.sees(1);
        const newer = open(place, { member: 'the-member' });
        await Promise.all([newer.sees(1), older.hasEnded()]);
        expect(place.count()).toBe(1);
      });

      test('[P5] a rejection ends it with the code', async () => {
        const place = await start({ sites: ['example.org'] });
        await open(place).hasEnded('site-not-listed');
        expect(place.count()).toBe(0);
      });

      test('[P4] sends the token of the site', async () => {
        const place = await start({ sites: [{ name: 'localhost', token: 'the token & more' }] });
        await open(place).hasEnded('token-wrong');
        await open(place, { token: 'the token & more' }).sees(1);
      });

      test('[W4] ends once when the server closes', async () => {
        const place = await start();
        const { sees, hasEnded } = open(place);
        await sees(1);
        await place.close();
        await hasEnded();
      });
    });

    test('[W4] ends when there is no server', async () => {
      const server = createServer();
      const url = await listen(server);
      server.close();
      await open({ url }).hasEnded();
    });

    test('[W4] ends when the server answers the upgrade with an error', async () => {
      const server = createServer((_, response) => void response.writeHead(403).end());
      onTestFinished(() => void server.close());
      await open({ url: await listen(server) }).hasEnded();
    });

    /** Sends these frames to each connection, then the total 3. */
    async function startHostile(frames: readonly (string | Buffer)[]): Promise<Place> {
      const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
      sockets.on('connection', (socket) => {
        socket.on('error', () => {});
        for (const frame of [...frames, '42["total",3]']) socket.send(frame);
      });
      onTestFinished(() => {
        for (const socket of sockets.clients) socket.terminate();
        sockets.close();
      });
      await once(sockets, 'listening');
      const { port } = sockets.address() as AddressInfo;
      return { url: `http://127.0.0.1:${port}`, count: () => sockets.clients.size, close: async () => {} };
    }

    const OPEN = '0{"sid":"s","upgrades":[],"pingInterval":9000,"pingTimeout":9000,"maxPayload":9}';
    const CONNECTED = '40{"sid":"x"}';

    test.each([
      ['no JSON', ['42{']],
      ['no array', ['42{"a":1}', '42null']],
      ['junk', ['', 'x', '9', '43[1]', '4512-["total",1]', 'bAAAA', '\0', '40/x,{}', '42/x,["total",7]']],
      ['binary frames', [Buffer.alloc(4), Buffer.from('42["total",7]')]],
      ['a huge packet', [`42["total","${'x'.repeat(2_000_000)}"]`]],
      ['deep JSON', [`42${'['.repeat(50_000)}`]],
      ['another event', ['42["other",7]', '42[]', '42["__proto__",7]']],
      ['a reserved event', ['42["connect",7]']],
      ['a rejection that cannot be text', ['44{"message":{"toString":1},"data":{"message":"x"}}']],
      ['a rejection without a message', ['44{"data":{"code":{}}}', '44null', '44[]']],
      ['a second open packet', [OPEN, OPEN.replace('9000', '-1'), '0{}', '0[]']],
      ['pings', Array<string>(50).fill('2')],
      ['a close packet', ['1']],
    ])('[W4] a hostile server sends %s: it ends at most once, without an error', async (_, frames) => {
      const place = await startHostile([OPEN, CONNECTED, ...frames]);
      const { totals, ends } = open(place);
      await vi.waitFor(() => expect(totals.at(-1) === 3 || ends.length > 0).toBe(true));
      // What is ignored, and what ends it, may differ; what is shown must not.
      expect(totals.filter((total) => typeof total === 'number' && total !== 3)).toEqual([]);
      expect(ends.length).toBeLessThanOrEqual(1);
      await new Promise((resolve) => setImmediate(resolve));
      expect(place.count()).toBeLessThanOrEqual(1);
    });

    test.each([
      ['a total', ['42["total",7]']],
      ['a rejection', ['44{"message":"no","data":{"code":"full"}}']],
      ['a malformed open packet', ['0{"sid":', '0{"upgrades":null}']],
      ['the answer to CONNECT', [CONNECTED]],
    ])('[W4] a hostile server begins with %s: no error', async (_, frames) => {
      const { totals, ends } = open(await startHostile([...frames, OPEN, CONNECTED]));
      await vi.waitFor(() => expect(totals.includes(3) || ends.length > 0).toBe(true));
      expect(ends.length).toBeLessThanOrEqual(1);
    });
  },
);
