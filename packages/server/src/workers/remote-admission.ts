import type { Admission, Admitted, LimitReached } from '../core/admission.ts';
import type { Clock } from '../core/ports.ts';
import type { IpcChannel } from '../store/bus/ipc-channel.ts';

type Decision = { ok: true } | LimitReached;

/** How long the primary may take to decide before the connection is rejected, in ms. */
const TIMEOUT_MS = 2_000;

/**
 * A worker's admission: the primary decides, so that limits hold over all workers. The other end is `serveAdmission`.
 * [C11]
 */
export function createRemoteAdmission(
  channel: IpcChannel,
  clock: Clock,
  timeoutMs: number = TIMEOUT_MS,
): Admission {
  // Oldest first.
  const requests = new Map<number, { at: number; resolve: (decision: Decision) => void }>();
  let lastNumber = 0;
  let isScheduled = false;

  function settle(number: number, decision: Decision): void {
    const request = requests.get(number);
    requests.delete(number);
    request?.resolve(decision);
  }

  function expire(): void {
    isScheduled = false;
    for (const [number, { at }] of requests) {
      const leftMs = at + timeoutMs - clock.now();
      if (leftMs > 0) return scheduleExpiry(leftMs);
      // The primary may still grant the place.
      channel.send(['release', number]);
      settle(number, { ok: false, limit: undefined });
    }
  }

  function scheduleExpiry(delayMs: number): void {
    if (isScheduled) return;
    isScheduled = true;
    clock.schedule(expire, delayMs);
  }

  channel.listen(([kind, number, limit]) => {
    if (kind !== 'decision') return;
    settle(
      number as number,
      limit === undefined ? { ok: true } : { ok: false, limit: limit as LimitReached['limit'] },
    );
  });

  return {
    admit(...connection): Admitted {
      const number = ++lastNumber;
      let isReserved = true;
      const decision = new Promise<Decision>((resolve) => {
        requests.set(number, { at: clock.now(), resolve });
      }).then((decided) => {
        isReserved &&= decided.ok;
        return decided;
      });
      channel.send(['reserve', number, ...connection]);
      scheduleExpiry(timeoutMs);
      return {
        ok: true,
        release() {
          if (!isReserved) return;
          isReserved = false;
          channel.send(['release', number]);
        },
        decision,
      };
    },
  };
}
