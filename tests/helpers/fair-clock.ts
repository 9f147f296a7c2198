import { readdirSync, readFileSync } from 'node:fs';

/**
 * A clock that stops while this process, or one that it has started, waits for a CPU: on a busy machine a test must not
 * blame a process that could not run.
 */
export interface FairClock {
  /** Reads how long the processes have waited. Call it many times a second. */
  look(): void;
  /** For how much of the time from `fromMs` to `toMs`, by `performance.now()`, all processes could run, in ms. */
  between(fromMs: number, toMs: number): number;
  /** The latest time from which until `toMs` all processes could run for `spanMs`. */
  before(toMs: number, spanMs: number): number;
}

/** How many looks are kept. */
const MEMORY = 600;

export function createFairClock(): FairClock {
  /** The times of looks, and the fair time that had passed until then. */
  let looks: { atMs: number; fairMs: number }[] = [{ atMs: performance.now(), fairMs: 0 }];
  let waited = waitedMs();

  /** Time between two looks counts as fair, and so does time after the last one. */
  function fairAt(atMs: number): number {
    let index = looks.length - 1;
    while (index > 0 && looks[index]!.atMs > atMs) index--;
    const look = looks[index]!;
    const fairMs = look.fairMs + atMs - look.atMs;
    return Math.min(fairMs, looks[index + 1]?.fairMs ?? fairMs);
  }

  return {
    look() {
      const { atMs, fairMs } = looks.at(-1)!;
      const nowMs = performance.now();
      const latest = waitedMs();
      let lostMs = 0;
      for (const [id, ms] of latest) lostMs = Math.max(lostMs, ms - (waited.get(id) ?? ms));
      waited = latest;
      looks.push({ atMs: nowMs, fairMs: fairMs + Math.max(0, nowMs - atMs - lostMs) });
      if (looks.length > 2 * MEMORY) looks = looks.slice(-MEMORY);
    },
    between: (fromMs, toMs) => fairAt(toMs) - fairAt(fromMs),
    before(toMs, spanMs) {
      const wantedMs = fairAt(toMs) - spanMs;
      let index = looks.length - 1;
      while (index > 0 && looks[index]!.fairMs > wantedMs) index--;
      return Math.min(looks[index]!.atMs, toMs - spanMs);
    },
  };
}

/** How long the main threads of this process and its descendants have waited for a CPU since they began. */
function waitedMs(): Map<string, number> {
  const waited = new Map<string, number>();
  for (const id of ['self', ...descendants('self')]) {
    try {
      const [, waitedNs] = readFileSync(`/proc/${id}/schedstat`, 'utf8').split(' ');
      waited.set(id, Number(waitedNs) / 1e6);
    } catch {
      // It has ended meanwhile.
    }
  }
  return waited;
}

/** Children and theirs: the workers of a server are children of its first process. */
function descendants(id: string): string[] {
  return tasksOf(id).flatMap((task) => {
    try {
      const children = readFileSync(`/proc/${id}/task/${task}/children`, 'utf8').split(' ').filter(Boolean);
      return children.flatMap((child) => [child, ...descendants(child)]);
    } catch {
      return [];
    }
  });
}

function tasksOf(id: string): string[] {
  try {
    return readdirSync(`/proc/${id}/task`);
  } catch {
    return [];
  }
}
