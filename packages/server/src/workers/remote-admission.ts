import type { Admission, Admitted, Refused } from '../core/admission.ts';
import type { Clock } from '../core/ports.ts';
import type { IpcChannel } from '../store/bus/ipc-channel.ts';

type Answer = { ok: true } | Refused;

/** How long the primary process may take to answer before a connection is refused, in ms. */
const TIMEOUT_MS = 2_000;

/**
 * A worker's admission: the primary process decides, so that limits hold over all workers. The other side is
 * `serveAdmission`. [C11]
 */
export function createRemoteAdmission(
  line: IpcChannel,
  clock: Clock,
  timeoutMs: number = TIMEOUT_MS,
): Admission {
  // Oldest first.
  const asked = new Map<number, { at: number; answer: (answer: Answer) => void }>();
  let lastNumber = 0;
  let isWatching = false;

  function settle(number: number, answer: Answer): void {
    const question = asked.get(number);
    asked.delete(number);
    question?.answer(answer);
  }

  function watch(): void {
    isWatching = false;
    for (const [number, { at }] of asked) {
      const left = at + timeoutMs - clock.now();
      if (left > 0) return plan(left);
      // Should the place be granted after all, nobody takes it.
      line.send(['release', number]);
      settle(number, { ok: false, limit: undefined });
    }
  }

  function plan(delayMs: number): void {
    if (isWatching) return;
    isWatching = true;
    clock.schedule(watch, delayMs);
  }

  line.listen(([kind, number, limit]) => {
    if (kind !== 'answer') return;
    settle(
      number as number,
      limit === undefined ? { ok: true } : { ok: false, limit: limit as Refused['limit'] },
    );
  });

  return {
    admit(...connection): Admitted {
      const number = ++lastNumber;
      let isHeld = true;
      const answer = new Promise<Answer>((resolve) => {
        asked.set(number, { at: clock.now(), answer: resolve });
      }).then((decision) => {
        isHeld &&= decision.ok;
        return decision;
      });
      line.send(['ask', number, ...connection]);
      plan(timeoutMs);
      return {
        ok: true,
        release() {
          if (!isHeld) return;
          isHeld = false;
          line.send(['release', number]);
        },
        answer,
      };
    },
  };
}
