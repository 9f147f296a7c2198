import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { frame, openAttacker, opcodes, text } from '@live-online/internal/testing/attacker';
import type { EngineName } from '../../src/io/transport.ts';
import { engines, startEngine, type StartedCounter } from '../helpers/engines.ts';
import { readServerFrames } from '../helpers/server-frames.ts';

/** As many cases as 5 s allow, up to 300; or as many as are asked for, for as long as they take. */
const asked = process.env['FUZZ_RUNS'];
/** Longer than any number of cases takes. */
const timeout = asked ? 3_600_000 : 60_000;
const fuzz = asked ? { numRuns: Number(asked) } : { numRuns: 300, interruptAfterTimeLimit: 5_000 };

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
  const seen = () => readServerFrames(client.received());
  const hasEnded = (): boolean => isClosed || seen().hasClosed || client.socket.readableEnded;
  let pings = 0;
  /** Waits until the server has read everything. */
  async function sync(): Promise<void> {
    // Socket.IO handles some packets a tick later.
    for (let round = 0; round < 2 && !hasEnded(); round++) {
      const payload = `sync ${++pings}`;
      client.socket.write(frame(opcodes.ping, payload));
      await vi.waitFor(() => expect(hasEnded() || seen().pongs.includes(payload)).toBe(true), {
        interval: 1,
      });
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
    await vi.waitFor(() => expect(hasEnded()).toBe(true), { interval: 1 });
  }
  const ended = hasEnded();
  if (ended) await vi.waitFor(() => expect(counter.stats().connections).toBe(0), { interval: 1 });
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
  await vi.waitFor(() => expect(counter.stats().connections).toBe(0), { interval: 1 });
  return outcome;
}

function difference(now: Record<string, number>, before: Record<string, number>): Record<string, number> {
  const changed = Object.entries(now).map(
    ([reason, count]) => [reason, count - (before[reason] ?? 0)] as const,
  );
  return Object.fromEntries(changed.filter(([, count]) => count > 0));
}

it(
  '[C11] the same packets lead to the same outcome with each engine, and however a client joins',
  { timeout },
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
