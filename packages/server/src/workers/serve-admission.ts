import type { Admission, Refused } from '../core/admission.ts';
import type { Line } from '../store/workers/line.ts';

/**
 * Decides for the worker at the other end of `line`. The other side is `createAskingAdmission`. [C11]
 *
 * @param refused is told of every connection that finds no place.
 * @returns the end: all places of the worker are given back.
 */
export function serveAdmission(
  admission: Admission,
  line: Line,
  refused: (limit: Refused['limit'], address: string | undefined) => void,
): () => void {
  const places = new Map<number, () => void>();
  let isEnded = false;

  line.listen((frame) => {
    if (isEnded) return;
    const [kind, number, site, address] = frame as [string, number, string | undefined, string | undefined];
    if (kind === 'release') {
      places.get(number)?.();
      places.delete(number);
    } else if (kind === 'ask') {
      const decision = admission.admit(site, address);
      if (decision.ok) places.set(number, decision.release);
      else refused(decision.limit, address);
      line.send(['answer', number, decision.ok ? undefined : decision.limit]);
    }
  });

  return () => {
    isEnded = true;
    for (const release of places.values()) release();
    places.clear();
  };
}
