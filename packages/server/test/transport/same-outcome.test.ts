import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { frame, openAttacker, opcodes, text } from '@live-online/internal/testing/attacker';
import type { EngineName } from '../../src/io/transport.ts';
import { FUZZ_TIMEOUT_MS, fuzzParameters } from '../../../../tests/helpers/fuzz.ts';
import { engines, startEngine, type StartedCounter } from '../helpers/engines.ts';
import { readServerFrames } from '../helpers/server-frames.ts';

const fuzz = fuzzParameters(2_000, 5_000);

/** What a client sends at once, and how often. */
interface Step {
  bytes: Buffer;
  times: number;
}

const payloads = ['', '[]', '["total",1]', '["x"]', '[1]', '[null]', '{}', '[{', 'null', '"x"', ' []', '\0'];
/** Text after the grammar of Engine.IO 4 and Socket.IO 5, or nearly. */
const nearPacket = fc
  .tuple(
    fc.constantFrom('', '0', '2', '3', '4', '40', '42', '43', '44', '45', '46', '49', '5', '6', 'b', 'x'),
    fc.constantFrom('', '', '', '', '/', '/,', '/x,', '/__proto__,', '/?a=b,'),
    fc.constantFrom('', '', '', '', '0', '7', '99999999999', '0-', '1-', '10000-', '-1-'),
    fc.constantFrom(...payloads),
  )
  .map((parts) => parts.join(''));
/** Engine.IO's close packet. It ends a connection of the lean engine, and Socket.IO ignores it on a WebSocket. */
const isClose = (message: string): boolean => message.startsWith('1');
const packet = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '3',
      '40',
      '40{"member":"abcdefgh"}',
      '40{"v":2}',
      '42["x"]',
      '421["x"]',
      '41',
    ),
  },
  { weight: 4, arbitrary: nearPacket },
  { weight: 1, arbitrary: fc.string({ maxLength: 40, unit: 'binary' }) },
  { weight: 1, arbitrary: fc.constantFrom(950, 1_000, 1_001).map((size) => `42["${'x'.repeat(size - 6)}"]`) },
);
const bytes = fc.oneof(
  { weight: 6, arbitrary: packet.filter((message) => !isClose(message)).map(text) },
  { weight: 1, arbitrary: packet.map((message) => frame(opcodes.binary, message)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 15 }), fc.string({ maxLength: 130 }), fc.boolean())
      .filter(([, payload]) => !isClose(payload))
      .map(([opcode, payload, fin]) => frame(opcode, payload, fin)),
  },
);
const steps = fc.array(fc.record({ bytes, times: fc.constantFrom(1, 1, 1, 1, 2, 400) }), {
  minLength: 1,
  maxLength: 5,
});
/** The end of what some clients send: it may be the beginning of a frame, so that nothing can follow but a FIN. */
const lastBytes = fc.option(
  fc.uint8Array({ maxLength: 20 }).map((raw) => Buffer.from(raw)),
  { freq: 4 },
);

/** Waits for what the servers do in this process. Thousands of cases have no time for a timer and a failed expectation each. */
async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${what} did not come within 15 s`);
    await nextTurn();
  }
}

interface AttackedCounter extends StartedCounter {
  /** Whether its clients join in the query, and not by CONNECT. */
  isJoinedAtOnce: boolean;
}

/** What can be seen of a client that has sent `sequence`, from outside and on the server. */
async function outcomeOf(
  { counter, port, isJoinedAtOnce }: AttackedCounter,
  site: string,
  joins: boolean,
  sequence: readonly Step[],
  last: Buffer | null,
) {
  const before = counter.stats();
  const origin = `https://${site}`;
  const socketPath = '/socket.io/';
  const connect = joins && !isJoinedAtOnce ? '40' : undefined;
  const query = joins && isJoinedAtOnce ? '&join=1&member=member-0000-0001' : '';
  const client = await openAttacker({ port, socketPath, origin, connect, query, reads: true });
  let isClosed = false;
  client.socket.on('close', () => (isClosed = true));
  let [read, frames] = [-1, readServerFrames('')];
  const seen = () => {
    const received = client.received();
    if (received.length !== read) [read, frames] = [received.length, readServerFrames(received)];
    return frames;
  };
  const hasEnded = (): boolean => isClosed || seen().hasClosed || client.socket.readableEnded;
  let pings = 0;
  /** Waits until the server has read everything. */
  async function sync(): Promise<void> {
    // Socket.IO handles some packets a tick later.
    for (let round = 0; round < 2 && !hasEnded(); round++) {
      const payload = `sync ${++pings}`;
      client.socket.write(frame(opcodes.ping, payload));
      await until('an answer', () => hasEnded() || seen().pongs.includes(payload));
    }
  }
  for (const { bytes: chunk, times } of sequence) {
    // Socket.IO answers a CONNECT later. What comes before the answer may have either outcome.
    client.socket.write(chunk);
    await sync();
    if (times > 1 && !hasEnded()) {
      client.socket.write(Buffer.concat(Array.from({ length: times - 1 }, () => chunk)));
      await sync();
    }
    if (hasEnded()) break;
  }
  if (last && !hasEnded()) {
    client.socket.end(last);
    await until('the end', hasEnded);
  }
  const ended = hasEnded();
  const isEmpty = (): boolean => counter.stats().connections === 0;
  if (ended) await until('no connection', isEmpty);
  const { ignoredEvents, malformedPackets, rejected, terminated } = counter.stats();
  const isFlood = terminated['too-many-packets'] !== before.terminated['too-many-packets'];
  const outcome = {
    ended,
    total: counter.total(site),
    // The open packet says whether the client is joined.
    texts: seen()
      .texts.slice(1)
      .map((message) => message.replace(/"sid":"[^"]+"/, '"sid":"…"')),
    // The allowance of a client that floods grows meanwhile.
    ignoredEvents: isFlood ? undefined : ignoredEvents - before.ignoredEvents,
    malformedPackets: malformedPackets - before.malformedPackets,
    rejected: difference(rejected, before.rejected),
    terminated: difference(terminated, before.terminated),
  };
  client.socket.destroy();
  await until('no connection', isEmpty);
  return outcome;
}

function difference(now: Record<string, number>, before: Record<string, number>): Record<string, number> {
  const changed = Object.entries(now).map(
    ([reason, count]) => [reason, count - (before[reason] ?? 0)] as const,
  );
  return Object.fromEntries(changed.filter(([, count]) => count > 0));
}

it(
  '[C11] [SEC10] the same packets lead to the same outcome with each engine, and however a client joins',
  { timeout: FUZZ_TIMEOUT_MS },
  async () => {
    // More packets than a case has, unless it floods.
    const options = { decreaseDelayMs: 0, minUpdateIntervalMs: 10, packetBurst: 100 };
    const start = async (engine: EngineName, isJoinedAtOnce = false): Promise<AttackedCounter> => ({
      ...(await startEngine(engine, options)),
      isJoinedAtOnce,
    });
    const servers = [
      ...(await Promise.all(engines.map((engine) => start(engine)))),
      await start('lean', true),
    ];
    let cases = 0;
    await fc.assert(
      fc.asyncProperty(steps, lastBytes, fc.boolean(), async (sequence, last, joins) => {
        const site = `case-${++cases}.example`;
        const outcomes = await Promise.all(
          servers.map((server) => outcomeOf(server, site, joins, sequence, last)),
        );
        for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
      }),
      fuzz,
    );
  },
);
