import { connect } from 'node:net';
import type { Clock } from '../../core/ports.ts';

/** Knows whether the backend answers, and waits for its return. */
export interface Availability {
  /** It has not answered. */
  failed(problem: string): void;
  /** It has answered. */
  answered(): void;
  close(): void;
}

/** So often a backend that is away is tried, in ms; less often once nobody has wanted anything of it for long. */
const PROBE_MS = 100;
const TIMEOUT_MS = 600_000;
const IDLE_PROBE_MS = 1_000;
/**
 * One that fails again so soon after its return takes connections and breaks them off. Each return makes pages load again,
 * so that the next one is waited for twice as long.
 */
const FLAPPING_MS = 2_000;
const MAX_PROBE_MS = 10_000;

export function watchAvailability(
  target: URL,
  clock: Clock,
  { onDown, onUp }: { onDown: (problem: string) => void; onUp: () => void },
): Availability {
  let down = false;
  let wantedMs = 0;
  let upMs = -Infinity;
  let probeMs = PROBE_MS;
  let cancel: (() => void) | undefined;
  let closed = false;

  function probe(): void {
    cancel = undefined;
    if (closed || !down) return;
    const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80);
    const socket = connect({ host: target.hostname.replace(/[[\]]/g, ''), port, autoSelectFamily: true });
    socket.setTimeout(1_000, () => socket.destroy());
    const again = (): void => {
      if (!down || closed) return;
      const patient = clock.now() - wantedMs < TIMEOUT_MS;
      cancel = clock.schedule(probe, patient ? PROBE_MS : IDLE_PROBE_MS);
    };
    socket.once('error', () => {});
    socket.once('close', again);
    socket.once('connect', () => {
      socket.off('close', again);
      socket.destroy();
      returned();
    });
  }

  function returned(): void {
    if (!down) return;
    down = false;
    upMs = clock.now();
    cancel?.();
    cancel = undefined;
    onUp();
  }

  return {
    failed(problem) {
      if (closed) return;
      wantedMs = clock.now();
      const first = !down;
      down = true;
      if (!first) return;
      const flapping = wantedMs - upMs < FLAPPING_MS;
      probeMs = flapping ? Math.min(probeMs * 2, MAX_PROBE_MS) : PROBE_MS;
      onDown(problem);
      cancel = clock.schedule(probe, probeMs);
    },
    answered() {
      // Where some requests are answered and others are not, it is no return.
      if (probeMs === PROBE_MS) returned();
    },
    close() {
      closed = true;
      cancel?.();
    },
  };
}
