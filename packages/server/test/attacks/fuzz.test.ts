import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Server as Engine } from 'engine.io';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type * as boundedEngine from '@live-online/internal/bounded-engine';
import { createCounterServer } from '../../src/index.ts';
import type { EngineName } from '../../src/io/transport.ts';
import { frame, openAttacker, opcodes } from '@live-online/internal/testing/attacker';
import { FUZZ_TIMEOUT_MS, fuzzParameters } from '../../../../tests/helpers/fuzz.ts';
import { openPage, type Page } from '../helpers/page.ts';

const fuzz = fuzzParameters(1_200);
const MAX_WAITING_BYTES = 64 << 10;

/** The engine of the counter that is attacked, which shows what waits in its sessions. */
const engines: Engine[] = [];
vi.mock('@live-online/internal/bounded-engine', async (load) => {
  const original = await load<typeof boundedEngine>();
  return {
    createBoundedEngine(...parameters: Parameters<typeof original.createBoundedEngine>) {
      const engine = original.createBoundedEngine(...parameters);
      engines.push(engine);
      return engine;
    },
  };
});

async function startAttacked(transport: 'websocket' | 'polling', engineName: EngineName) {
  const server = createServer();
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const counter = createCounterServer({
    engine: engineName,
    transports: [transport],
    decreaseDelayMs: 0,
    minUpdateIntervalMs: 10,
  });
  counter.attach(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    await counter.close();
    server.closeAllConnections();
    server.close();
  });
  // The lean transport has none.
  const engine = engines.at(-1);
  const { port } = server.address() as AddressInfo;

  /** The most bytes that wait to be written to any one connection or session. */
  function waiting(): number {
    const inSockets = [...sockets].map(({ writableLength }) => writableLength);
    const sessions = Object.values(
      (engine as { clients?: Record<string, { writeBuffer: { data?: string }[] }> } | undefined)?.clients ??
        {},
    );
    const inSessions = sessions.map(({ writeBuffer }) =>
      writeBuffer.reduce((sum, { data = '' }) => sum + data.length, 0),
    );
    return Math.max(0, ...inSockets, ...inSessions);
  }
  return { port, counter, waiting };
}

/** Texts from well-formed packets to nonsense, after the grammar of Engine.IO 4 and Socket.IO 5. */
const packet = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('3', '40', '40/x,', '40{"member":"abcdefgh"}', '41', '42["x"]', '421["x"]'),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          '',
          '0',
          '1',
          '2',
          '2probe',
          '3',
          '4',
          '5',
          '6',
          'b',
          '40',
          '41',
          '42',
          '43',
          '44',
          '45',
          '46',
        ),
        fc.constantFrom('', '/', '/x,', '/__proto__,', '/?a=b,', '0', '99999999999', '1-'),
        fc.constantFrom(
          '',
          '[]',
          '["total",1]',
          '["error"]',
          '{}',
          '{"_placeholder":true,"num":0}',
          '[{',
          'null',
        ),
      )
      .map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 60 }) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 900, max: 1_100 }).map((length) => `42["${'x'.repeat(length)}"]`),
  },
);
const times = fc.constantFrom(1, 1, 1, 2, 9, 400, 8_000);

async function expectServed(page: Page, counter: ReturnType<typeof createCounterServer>): Promise<void> {
  await vi.waitFor(() => expect(counter.total('a.example')).toBe(1), 10_000);
  await page.receives(1);
  expect(page.socket.connected).toBe(true);
}

describe('a client that sends anything', () => {
  it.each<EngineName>(['lean', 'socket.io'])(
    '[C11] [SEC12] never has more than 64 kB waiting for it by WebSocket, whether it reads or not, and others are served: %s',
    async (engine) => {
      const { port, counter, waiting } = await startAttacked('websocket', engine);
      const socketPath = '/live-online/socket.io/';
      const origin = 'https://a.example';
      const bystander = openPage(`http://127.0.0.1:${port}`, { origin, path: socketPath });
      await bystander.receives(1);
      const frames = fc.oneof(
        packet.map((text) => frame(opcodes.text, text)),
        fc
          .tuple(fc.integer({ min: 0, max: 15 }), fc.string({ maxLength: 130 }), fc.boolean())
          .map(([opcode, payload, fin]) => frame(opcode, payload, fin)),
        fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
      );
      const steps = fc.array(fc.record({ bytes: frames, times, reads: fc.boolean() }), {
        minLength: 1,
        maxLength: 12,
      });
      await fc.assert(
        fc.asyncProperty(steps, fc.boolean(), async (sequence, joins) => {
          const attacker = await openAttacker({
            port,
            socketPath,
            origin,
            ...(!joins && { connect: undefined }),
          });
          for (const { bytes, times: count, reads } of sequence) {
            if (reads) attacker.socket.resume();
            else attacker.socket.pause();
            attacker.socket.write(Buffer.concat(Array.from({ length: count }, () => bytes)));
            await nextTurn();
            expect(waiting()).toBeLessThanOrEqual(MAX_WAITING_BYTES);
          }
          attacker.socket.destroy();
        }),
        fuzz,
      );
      await expectServed(bystander, counter);
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    '[C11] [SEC12] never has more than 64 kB waiting for it by polling, whether it polls or not, and others are served',
    async () => {
      const { port, counter, waiting } = await startAttacked('polling', 'socket.io');
      const path = '/live-online/socket.io/?EIO=4&transport=polling';
      const agent = new Agent({ keepAlive: true });
      onTestFinished(() => agent.destroy());
      const headers = { Origin: 'https://a.example' };
      const ask = (method: string, query: string, body = ''): Promise<string> =>
        new Promise((resolve) => {
          const asked = request(
            { host: '127.0.0.1', port, method, path: path + query, agent, headers },
            (response) => {
              let answer = '';
              response.on('data', (chunk) => (answer += String(chunk)));
              response.on('close', () => resolve(answer));
            },
          );
          asked.on('error', () => resolve(''));
          asked.end(body);
        });
      const bystander = openPage(`http://127.0.0.1:${port}`, {
        origin: 'https://a.example',
        path: '/live-online/socket.io',
        transports: ['polling'],
      });
      await bystander.receives(1);
      const payload = fc
        .array(packet, { minLength: 1, maxLength: 40 })
        .map((packets) => packets.join('\x1e'));
      const steps = fc.array(fc.record({ payload, polls: fc.boolean() }), { minLength: 1, maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(steps, async (sequence) => {
          const [, sid] = /"sid":"([^"]+)"/.exec(await ask('GET', '')) ?? [];
          const polls: Promise<string>[] = [];
          for (const { payload: body, polls: asksToo } of sequence) {
            if (asksToo) polls.push(ask('GET', `&sid=${sid}`));
            await ask('POST', `&sid=${sid}`, body);
            expect(waiting()).toBeLessThanOrEqual(MAX_WAITING_BYTES);
          }
          await ask('POST', `&sid=${sid}`, '1');
          await Promise.all(polls);
        }),
        fuzz,
      );
      await expectServed(bystander, counter);
    },
    FUZZ_TIMEOUT_MS,
  );
});
