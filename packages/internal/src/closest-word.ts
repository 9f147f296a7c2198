/** The word that was probably meant: the one with the fewest typing mistakes, of at most one in three letters. */
export function closestWord(typed: string, words: readonly string[]): string | undefined {
  let closest: string | undefined;
  let least = Math.max(1, Math.floor(typed.length / 3)) + 1;
  for (const word of words) {
    const mistakes = countMistakes(typed.toLowerCase(), word.toLowerCase());
    if (mistakes < least) [closest, least] = [word, mistakes];
  }
  return closest;
}

/** The letters that are missing, added, wrong or swapped with the next one (optimal string alignment distance). */
function countMistakes(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const isEqual = a[row - 1] === b[column - 1];
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        last[column]! + 1,
        current[column - 1]! + 1,
        last[column - 1]! + (isEqual ? 0 : 1),
        isSwapped ? beforeLast[column - 2]! + 1 : Infinity,
      );
    }
    [beforeLast, last] = [last, current];
  }
  return last[b.length]!;
}
