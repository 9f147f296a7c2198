/** A part of fast-check's parameters. */
export interface FuzzParameters {
  numRuns: number;
  interruptAfterTimeLimit?: number;
  seed?: number;
}

/**
 * The parameters of a fuzz test: `cases` by default, or `FUZZ_RUNS` cases for as long as they take. `FUZZ_SEED` repeats a run:
 * fast-check prints the seed of one that fails. A parser gets 10,000 cases by default if it reads what clients or servers
 * send; a server that runs gets as many as it answers in a few seconds.
 *
 * @param maxMs after which it stops, on a busy machine, without `FUZZ_RUNS`
 */
export function fuzzParameters(cases: number, maxMs = 10_000): FuzzParameters {
  const { FUZZ_RUNS: runs, FUZZ_SEED: seed } = process.env;
  return {
    ...(runs ? { numRuns: Number(runs) } : { numRuns: cases, interruptAfterTimeLimit: maxMs }),
    ...(seed && { seed: Number(seed) }),
  };
}

/** How long a fuzz test may take, in ms: longer than any number of cases does. */
export const FUZZ_TIMEOUT_MS: number = process.env['FUZZ_RUNS'] ? 7_200_000 : 60_000;
