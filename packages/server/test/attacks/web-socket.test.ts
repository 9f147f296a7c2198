import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { frame, openAttacker, opcodes, text } from '../helpers/attacker.ts';
import { startTarget, type Target, type TargetKind } from '../helpers/target.ts';

const kinds: TargetKind[] = ['own', 'express', 'workers'];
const limits = { maxBytes: 24 << 20, maxMs: 8_000 };
const ping = frame(opcodes.ping);
/** The first fragment of a message that never ends. */
const begun = frame(opcodes.text, '4', false);
/** A 1-byte fragment, in a chunk that is filled up with empty frames that are no part of the message. */
const filledUp = (opcode: number): Buffer =>
  Buffer.concat([
    frame(opcodes.continuation, 'x', false),
    ...Array.from({ length: 9_000 }, () => frame(opcode)),
  ]);

/** What attackers send without end, whether they read the answers, and what they send before. */
const attacks: [rule: string, attack: { bytes: Buffer; reads: boolean; first?: Buffer }][] = [
  ['[C6] pings of a client that does not read', { bytes: ping, reads: false }],
  ['[C6] a second CONNECT of a client that does not read', { bytes: text('40'), reads: false }],
  ['[P9] CONNECTs to a namespace that is not there', { bytes: text('40/x,'), reads: false }],
  ['[P9] CONNECTs to a namespace with a long name', { bytes: text(`40/${'x'.repeat(900)},`), reads: false }],
  ['[C11] events of a client that talks too much', { bytes: text('42["x"]'), reads: true }],
  ['[C11] heartbeats of a client that talks too much', { bytes: text('3'), reads: true }],
  ['[C11] pings of a client that talks too much', { bytes: ping, reads: true }],
  ['[C11] pongs of a client that talks too much', { bytes: frame(opcodes.pong), reads: true }],
  ['[C11] fragments between pongs', { first: begun, bytes: filledUp(opcodes.pong), reads: true }],
  ['[C11] fragments between pings', { first: begun, bytes: filledUp(opcodes.ping), reads: false }],
  [
    '[C11] fragments without end',
    { first: begun, bytes: frame(opcodes.continuation, '', false), reads: true },
  ],
  ['[C11] frames that break the WebSocket protocol', { bytes: frame(opcodes.continuation), reads: true }],
];

describe.each(kinds)('attacked: a counter %s', (kind) => {
  let target: Target;
  let before: ReturnType<Target['measure']>;
  beforeAll(async () => {
    target = await startTarget(kind, { fallMs: 0, tickMs: 10 }, (close) => afterAll(close));
  });

  it('serves a newcomer', async () => {
    await target.expectToServe();
    await target.ask();
    before = target.measure();
  });

  it.each(attacks)(
    '%s end their connection, and cost others nothing',
    async (_rule, { bytes, reads, first }) => {
      const { port, socketPath } = target;
      const bystander = target.openPage('https://attacker.example');
      await bystander.hears(1);
      const attackers = await Promise.all(
        Array.from({ length: 4 }, () => openAttacker({ port, socketPath, reads })),
      );
      if (first) for (const { socket } of attackers) socket.write(first);
      const ended = await Promise.all(attackers.map((attacker) => attacker.flood(bytes, limits)));
      expect(ended).toEqual([true, true, true, true]);
      expect(target.measure().mib - before.mib, 'MiB more').toBeLessThan(48);
      await target.expectToServe();
      await bystander.hears(1);
    },
  );

  it('[C11] counts every connection that it has terminated, and keeps none of them', async () => {
    await vi.waitFor(
      () => expect(target.measure().descriptors).toBeLessThanOrEqual(before.descriptors + 1),
      5_000,
    );
    // Workers report twice a second.
    await vi.waitFor(async () => {
      const { totals, stats } = await target.ask();
      expect(totals).toEqual({});
      expect(stats.terminated).toMatchObject({ 'second-connect': 12, 'malformed-frame': 8 });
      const terminated = Object.values(stats.terminated).reduce((sum, count) => sum + count, 0);
      expect(terminated).toBe(4 * attacks.length);
    }, 5_000);
  });
});
