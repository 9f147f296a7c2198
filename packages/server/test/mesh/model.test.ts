import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMeshModel, type Step } from '../helpers/mesh-model.ts';

const choice = fc.nat({ max: 1_000 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('join' as const), server: choice, site: choice }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('leave' as const), page: choice, halfOpen: fc.boolean() }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('move' as const),
        page: choice,
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

async function live(happenings: readonly Step[]): Promise<void> {
  const model = createMeshModel();
  for (const step of happenings) await model.run(step);
  await model.settle();
  expect({ impossible: model.impossible.slice(0, 1), wrong: model.differences() }).toEqual({
    impossible: [],
    wrong: [],
  });
}

describe('servers of a mesh in virtual time', () => {
  it(
    '[S4, C7] whatever happens, when quiet returns all servers have the true totals, and nobody ever counted twice',
    { timeout: 1_200_000 },
    async () => {
      await fc.assert(fc.asyncProperty(steps, live), { numRuns: Number(process.env['MESH_RUNS'] ?? 100) });
    },
  );
});
