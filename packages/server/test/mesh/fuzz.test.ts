import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FUZZ_TIMEOUT_MS, fuzzParameters } from '../../../../tests/helpers/fuzz.ts';
import type { BusCommand } from '../../src/store/bus/bus.ts';
import { EPOCHS, MAX_CLAIMED, MAX_COUNT } from '../../src/store/mesh/wire/bounds.ts';
import { bucketOf, BUCKETS, createKeyNames } from '../../src/store/mesh/wire/keys.ts';
import {
  parseControlMessage,
  parseDelta,
  parseEntry,
  parseHeartbeat,
  type Entry,
} from '../../src/store/mesh/wire/messages.ts';
import { parseSnapshot } from '../../src/store/mesh/replication/snapshot.ts';
import { startWorld } from '../helpers/mesh-world.ts';

const SITE = 'a.example';
const PAGE = 'a.example/blog';
const keys = createKeyNames('test');
const bucket = bucketOf(SITE);
/** How many attacks of one case, and how long after the last one all has to be exact: a lease, an eviction, a new session. */
const MAX_ATTACKS = 12;
const CALM_MS = 25_000;

/** The names of servers; `A` and `B` are replaced by those of the real ones. */
const names = ['A', 'B', 'stranger', 'stranger-2', '__proto__', 'constructor', 'x'.repeat(48)] as const;
const name = fc.constantFrom(...names);
const hostile = fc.oneof(
  { weight: 3, arbitrary: fc.nat({ max: 5 }) },
  { weight: 2, arbitrary: fc.nat({ max: 200_000 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      EPOCHS - 1,
      EPOCHS,
      EPOCHS / 2,
      EPOCHS / 2 + 1,
      MAX_COUNT,
      MAX_COUNT + 1,
      MAX_CLAIMED,
      100_000,
      100_001,
      2 ** 53 - 1,
      2 ** 53,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(-1, 0.5, 1e99, null, '1', true, [], {}, { valueOf: 1 }, 'NaN'),
  },
);
const place = fc.constantFrom(
  SITE,
  SITE,
  PAGE,
  'a.example#',
  'other.example',
  '__proto__',
  'toString',
  '',
  'x'.repeat(3_000),
);
const incarnation = fc.tuple(name, hostile).map(([server, epoch]) => ({ server, epoch }));

/** A part of an attack that needs the names and epochs of the servers. */
type Named = (real: (of: string) => string) => unknown;

const numbers: fc.Arbitrary<Named> = fc
  .array(fc.tuple(incarnation, hostile), { maxLength: 3 })
  .map(
    (pairs) => (real) =>
      pairs.map(([{ server, epoch }, number]) => [`${real(server)}:${epoch as number}`, number]),
  );
const entry: fc.Arbitrary<Named> = fc
  .tuple(place, hostile, numbers, numbers)
  .map(([site, count, claims, acknowledged]) => (real) => [site, count, claims(real), acknowledged(real)]);
const delta: fc.Arbitrary<Named> = fc
  .record({ s: name, e: hostile, q: hostile, f: fc.constantFrom(0, 1), c: fc.array(entry, { maxLength: 4 }) })
  .map((fields) => (real) => ({ ...fields, s: real(fields.s), c: fields.c.map((one) => one(real)) }));
const control: fc.Arbitrary<Named> = fc
  .record({
    kind: fc.constantFrom(
      'hello',
      'leave',
      'evicted',
      'claim',
      'probe',
      'snapshot-request',
      'announcement',
      '__proto__',
    ),
    server: name,
    epoch: hostile,
    number: hostile,
    bucket: fc.oneof(fc.constant(bucket), hostile),
    text: fc.constantFrom('x', '{"event":"site.peak"}', 'x'.repeat(2_001)),
    by: incarnation,
    takeovers: fc.array(
      fc.record({
        site: place,
        first: hostile,
        members: fc.array(fc.tuple(fc.constantFrom('m', '__proto__'), hostile)),
      }),
      { maxLength: 3 },
    ),
  })
  .map((fields) => (real) => ({
    ...fields,
    server: real(fields.server),
    by: `${real(fields.by.server)}:${fields.by.epoch as number}`,
  }));
const heartbeat: fc.Arbitrary<Named> = fc
  .record({
    e: hostile,
    n: hostile,
    b: fc.array(fc.tuple(fc.oneof(fc.constant(bucket), hostile), hostile), { maxLength: 3 }),
  })
  .map((fields) => () => fields);

/** Texts that are no message: what JSON.parse and the parsers have to bear. */
const invalid: fc.Arbitrary<Named> = fc
  .oneof(
    fc.json(),
    fc.constantFrom(
      '',
      '{',
      '[]',
      'null',
      '{"kind":"probe"',
      '{"__proto__":{"kind":"leave"}}',
      '['.repeat(5_000),
    ),
    fc.constant(`"${'x'.repeat(100_000)}"`),
  )
  .map((text) => () => text);

interface Attack {
  where: 'bucket' | 'all' | 'of' | 'registry' | 'snapshot';
  server: string;
  field: string;
  message: Named;
  waitMs: number;
}

const message: fc.Arbitrary<Named> = fc.oneof(
  { weight: 5, arbitrary: delta },
  { weight: 5, arbitrary: control },
  { weight: 3, arbitrary: heartbeat },
  { weight: 1, arbitrary: entry },
  { weight: 1, arbitrary: invalid },
);
const attack: fc.Arbitrary<Attack> = fc.record({
  where: fc.constantFrom('bucket' as const, 'bucket', 'all', 'of', 'registry', 'snapshot'),
  server: name,
  field: fc.constantFrom('#', `=${SITE}`, '=__proto__', 'x'),
  message,
  waitMs: fc.constantFrom(0, 0, 7, 120, 1_000, 3_000),
});

function commandOf({ where, server, field, message }: Attack, real: (of: string) => string): BusCommand {
  const value = message(real);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  switch (where) {
    case 'bucket':
      return ['PUBLISH', keys.bucket(bucket), text];
    case 'all':
      return ['PUBLISH', keys.allServers, text];
    case 'of':
      return ['PUBLISH', keys.server(real(server)), text];
    case 'registry':
      return ['HSET', keys.registry, real(server), text];
    case 'snapshot':
      return ['HSET', keys.snapshot(bucket, real(server)), field, text];
  }
}

/** One member on A, three on B, and an attacker who listens on the channels of strangers. */
async function expectExactAfter(attacks: readonly Attack[]): Promise<void> {
  const { world, servers } = await startWorld(2);
  const [a, b] = servers as [(typeof servers)[0], (typeof servers)[0]];
  a.store.report(SITE, 1);
  a.store.report(PAGE, 1);
  b.store.report(SITE, 3);
  b.store.report(PAGE, 2);
  await world.advance(1_200);
  const real = (of: string): string => (of === 'A' ? a.store.server : of === 'B' ? b.store.server : of);
  const connecting = world.machine().bus.connect({ message() {}, down() {} });
  await world.advance(5);
  const link = await connecting;
  void link.subscribe(['stranger', 'constructor'].map(keys.server));
  const check = (): void => {
    for (const { store } of [a, b]) {
      for (const site of [SITE, PAGE, ...store.sites()]) {
        const others = store.others(site);
        expect(Number.isSafeInteger(others) && others >= 0 && Number.isSafeInteger(others + 3)).toBe(true);
      }
    }
  };
  for (const one of attacks) {
    void link.run([commandOf(one, real)]);
    await world.advance(one.waitMs);
    check();
  }
  link.close();
  await world.advance(CALM_MS);
  check();
  const totals = [a, b].map(({ store }) => [store.others(SITE), store.others(PAGE)]);
  expect({ totals, stale: [a, b].map(({ stale }) => stale.at(-1)?.[0] ?? false) }).toEqual({
    totals: [
      [3, 2],
      [1, 1],
    ],
    stale: [false, false],
  });
  // Changes arrive, and nothing was written into prototypes.
  b.store.report(SITE, 4);
  await world.advance(1_000);
  expect(a.store.others(SITE)).toBe(4);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>)['kind']).toBeUndefined();
}

/** Whether a number is whole, from 0 to below `end`. */
const isBelow = (number: number, end: number): boolean =>
  Number.isSafeInteger(number) && number >= 0 && number < end;

function expectBounded({ count, claims, acknowledged }: Entry): void {
  const numbers = [...(claims?.values() ?? []), ...(acknowledged?.values() ?? [])];
  expect(isBelow(count, MAX_COUNT + 1) && numbers.every((one) => isBelow(one, MAX_CLAIMED + 1))).toBe(true);
}

/** Whatever a parser makes of a text stays within the bounds. */
function expectParsedOrIgnored(text: string): void {
  const read = parseDelta(text);
  if (read) {
    expect(isBelow(read.epoch, EPOCHS)).toBe(true);
    for (const [, one] of read.sites) expectBounded(one);
  }
  const snapshot = parseSnapshot(
    new Map([
      ['#', '3:9'],
      [`=${SITE}`, text],
      ['=__proto__', text],
    ]),
  );
  for (const one of snapshot?.sites.values() ?? []) expectBounded(one);
  const single = parseEntry(text);
  if (single) expectBounded(single);
  const registration = parseHeartbeat(text);
  if (registration) {
    expect(isBelow(registration.epoch, EPOCHS)).toBe(true);
    expect([...registration.buckets.keys()].every((one) => isBelow(one, BUCKETS))).toBe(true);
  }
  const command = parseControlMessage(text);
  switch (command?.kind) {
    case 'claim':
      expect(isBelow(command.epoch, EPOCHS)).toBe(true);
      expect(command.takeovers.every(({ first }) => isBelow(first, MAX_CLAIMED + 1))).toBe(true);
      break;
    case 'hello':
    case 'leave':
    case 'evicted':
      expect(isBelow(command.epoch, EPOCHS)).toBe(true);
      break;
    case 'snapshot-request':
      expect(isBelow(command.bucket, BUCKETS)).toBe(true);
      break;
    case 'probe':
      expect(isBelow(command.number, 2 ** 53)).toBe(true);
      break;
    case 'announcement':
    case undefined:
  }
}

describe('a mesh that receives what a grammar invents', () => {
  it(
    '[S2] [SEC36] each message is ignored, or all of its numbers are within the bounds',
    () => {
      fc.assert(
        fc.property(message, (named) => {
          const value = named((of) => of);
          expectParsedOrIgnored(typeof value === 'string' ? value : JSON.stringify(value));
        }),
        fuzzParameters(10_000, 5_000),
      );
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    '[S2] [SEC36] sums are safe integers at all times, and totals are exact once the attacker has stopped',
    async () => {
      const { numRuns, ...more } = fuzzParameters(600);
      const attacks = fc.array(attack, { minLength: 1, maxLength: MAX_ATTACKS, size: 'max' });
      await fc.assert(fc.asyncProperty(attacks, expectExactAfter), {
        ...more,
        // Each case has up to 12 attacks.
        numRuns: Math.ceil(numRuns / MAX_ATTACKS),
      });
    },
    FUZZ_TIMEOUT_MS,
  );
});
