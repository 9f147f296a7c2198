import fc from 'fast-check';
import { describe, it } from 'vitest';
import { expectTrueTotals, type Step } from '../helpers/mesh-model.ts';

const choice = fc.nat({ max: 1_000 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('join' as const), server: choice, site: choice }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('leave' as const), client: choice, halfOpen: fc.boolean() }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('move' as const),
        client: choice,
        server: choice,
        halfOpen: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('start' as const) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom('kill' as const, 'freeze', 'wake', 'cut', 'heal', 'close'),
        server: choice,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('empty' as const) }) },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('wait' as const),
        ms: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 500, max: 15_000 })),
      }),
    },
  ),
  { minLength: 5, maxLength: 60, size: 'max' },
);

/** Fixed, so that runs are the same. What fails with another seed becomes a case in once-failed.test.ts. */
const SEED = Number(process.env['MESH_SEED'] ?? 4);
const RUNS = Number(process.env['MESH_RUNS'] ?? 60);

describe('servers of a mesh in virtual time', () => {
  it(
    '[S4, C7] after any faults all servers have the true totals, and no member counts twice at any time',
    { timeout: 600_000 },
    async () => {
      await fc.assert(fc.asyncProperty(steps, expectTrueTotals), {
        numRuns: RUNS,
        seed: SEED,
      });
    },
  );
});
