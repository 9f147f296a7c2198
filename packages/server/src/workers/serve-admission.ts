import type { Admission } from '../core/admission.ts';
import type { IpcChannel } from '../store/bus/ipc-channel.ts';

/**
 * Decides on the connections of a worker. The other end of `channel` is `createRemoteAdmission`. [C11]
 *
 * @returns a function that stops, and releases all places of the worker.
 */
export function serveAdmission(admission: Admission, channel: IpcChannel): () => void {
  const reservations = new Map<number, () => void>();
  let isEnded = false;

  channel.listen((frame) => {
    if (isEnded) return;
    const [kind, number, ...connection] = frame as [string, number, ...Parameters<Admission['admit']>];
    if (kind === 'release') {
      reservations.get(number)?.();
      reservations.delete(number);
    } else if (kind === 'reserve') {
      const admitted = admission.admit(...connection);
      if (admitted.ok) reservations.set(number, admitted.release);
      channel.send(['decision', number, admitted.ok ? undefined : admitted.limit]);
    }
  });

  return () => {
    isEnded = true;
    for (const release of reservations.values()) release();
    reservations.clear();
  };
}
