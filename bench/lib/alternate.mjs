/**
 * Measures several sides in turn, round after round, so that a slow minute of the machine affects all of them.
 *
 * @template Run
 * @param {object} plan
 * @param {number} plan.rounds
 * @param {Record<string, { measure: () => Promise<Run>, rounds?: number }>} plan.sides By their names. `rounds`: this side runs
 *   in the first rounds only.
 * @param {(round: number, runs: Record<string, Run>) => void} plan.report Called after each round with its runs.
 * @returns {Promise<Record<string, Run[]>>} The runs of each side, one for each of its rounds.
 */
export async function alternate({ rounds, sides, report }) {
  const runs = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    const ofRound = {};
    for (const [name, side] of Object.entries(sides)) {
      if (round > (side.rounds ?? rounds)) continue;
      ofRound[name] = await side.measure();
      runs[name].push(ofRound[name]);
    }
    report(round, ofRound);
  }
  return runs;
}
