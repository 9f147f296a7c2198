import type { Admission } from '../core/admission.ts';
import type { IpcChannel } from '../store/bus/ipc-channel.ts';

/**
 * Decides for the worker at the other end of `line`. The other side is `createRemoteAdmission`. [C11]
 *
 * @returns the end: all places of the worker are given back.
 */
export function serveAdmission(admission: Admission, line: IpcChannel): () => void {
  const places = new Map<number, () => void>();
  let isEnded = false;

  line.listen((frame) => {
    if (isEnded) return;
    const [kind, number, ...connection] = frame as [string, number, ...Parameters<Admission['admit']>];
    if (kind === 'release') {
      places.get(number)?.();
      places.delete(number);
    } else if (kind === 'ask') {
      const decision = admission.admit(...connection);
      if (decision.ok) places.set(number, decision.release);
      line.send(['answer', number, decision.ok ? undefined : decision.limit]);
    }
  });

  return () => {
    isEnded = true;
    for (const release of places.values()) release();
    places.clear();
  };
}
