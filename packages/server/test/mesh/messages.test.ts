import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FUZZ_TIMEOUT_MS, fuzzParameters } from '../../../../tests/helpers/fuzz.ts';
import {
  encodeHeartbeat,
  encodeControlMessage,
  encodeDelta,
  parseHeartbeat,
  parseEntry,
  parseControlMessage,
  parseDelta,
  type Entry,
  type Delta,
} from '../../src/store/mesh/wire/messages.ts';
import { bucketOf, BUCKETS, createKeyNames } from '../../src/store/mesh/wire/keys.ts';
import { parseSnapshot, snapshotFields } from '../../src/store/mesh/replication/snapshot.ts';

const count = fc.nat();
const incarnation = fc
  .tuple(fc.stringMatching(/^[\w-]{1,20}$/), count)
  .map(([server, epoch]) => `${server}:${epoch}`);
const numbers = fc.option(fc.array(fc.tuple(incarnation, count), { minLength: 1, maxLength: 3 }), {
  nil: undefined,
});
const entry: fc.Arbitrary<Entry> = fc.record({
  count: fc.integer({ min: 1, max: 1_000_000 }),
  claims: numbers.map((pairs) => pairs && new Map(pairs)),
  acknowledged: numbers.map((pairs) => pairs && new Map(pairs)),
});
const site = fc.oneof(
  fc.string({ minLength: 1, maxLength: 30 }),
  fc.constantFrom('__proto__', '#', '=', '*', 'a:b'),
);
const delta: fc.Arbitrary<Delta> = fc.record({
  server: fc.stringMatching(/^[\w-]{1,20}$/),
  epoch: count,
  sequence: count,
  full: fc.boolean(),
  sites: fc.uniqueArray(fc.tuple(site, entry), { selector: ([name]) => name, maxLength: 5 }),
});

describe('messages of a mesh', () => {
  it(
    '[S1] a delta is parsed as it was encoded, from a channel and from a hash',
    { timeout: FUZZ_TIMEOUT_MS },
    () => {
      fc.assert(
        fc.property(delta, (original) => {
          expect(parseDelta(encodeDelta(original))).toEqual(original);
          const fields = snapshotFields(original);
          const hash = new Map<string, string>();
          for (let i = 0; i < fields.length; i += 2) hash.set(fields[i]!, fields[i + 1]!);
          const { epoch, sequence, sites } = original;
          expect(parseSnapshot(hash)).toEqual({ epoch, sequence, sites: new Map(sites) });
        }),
        fuzzParameters(500),
      );
    },
  );

  it('[S4] heartbeats and control messages are parsed as they were encoded', () => {
    const heartbeat = {
      epoch: 3,
      number: 9,
      buckets: new Map([
        [0, 1],
        [BUCKETS - 1, 7],
      ]),
    };
    expect(parseHeartbeat(encodeHeartbeat(heartbeat))).toEqual(heartbeat);
    const takeovers = [{ site: '__proto__', first: 4, members: [['member-1', 2]] as [string, number][] }];
    const claim = { kind: 'claim', epoch: 1, by: 'b-1:2', takeovers } as const;
    expect(parseControlMessage(encodeControlMessage(claim))).toEqual(claim);
  });

  it('[S2] the parsers do not throw, whatever they receive', { timeout: FUZZ_TIMEOUT_MS }, () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.anything().map((value) => JSON.stringify(value) ?? ''),
    );
    fc.assert(
      fc.property(text, (message) => {
        parseDelta(message);
        parseHeartbeat(message);
        parseEntry(message);
        parseControlMessage(message);
        parseSnapshot(
          new Map([
            ['#', message],
            [message, message],
          ]),
        );
      }),
      fuzzParameters(500),
    );
  });

  it('[S2] sites are spread over all buckets, by a fixed hash', () => {
    const buckets = new Set(Array.from({ length: 2_000 }, (_, i) => bucketOf(`site-${i}.example`)));
    expect(buckets.size).toBe(BUCKETS);
    expect(bucketOf('example.org')).toBe(bucketOf('example.org'));
    expect([bucketOf('example.org'), bucketOf('bücher.example')]).toMatchInlineSnapshot(`
      [
        49,
        27,
      ]
    `);
  });

  it('[S3] keys of one bucket have one hash tag, those of all servers another', () => {
    const names = createKeyNames('live-online');
    expect(names.snapshot(7, 'a-1')).toBe('live-online:1:{b7}:a-1');
    expect(names.bucket(7)).toBe('live-online:1:{b7}');
    expect(names.registry).toBe('live-online:1:{servers}');
    expect(names.server('a-1')).toBe('live-online:1:{servers}:of:a-1');
  });
});
