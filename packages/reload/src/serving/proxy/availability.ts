import { connect } from 'node:net';
import type { Clock } from '../../core/ports.ts';
import { addressOf } from './backend-address.ts';

/** Knows whether the backend is up, and probes one that is down. */
export interface Availability {
  /** Reports a request without a response. */
  failed(problem: string): void;
  /** Reports a response. */
  responded(): void;
  close(): void;
}

/** The interval at which a backend that is down is probed, in ms; it is longer after `IDLE_MS` without a request. */
const PROBE_MS = 100;
const IDLE_MS = 600_000;
const IDLE_PROBE_MS = 1_000;
/**
 * A backend that fails so soon after its recovery accepts connections and resets them. Pages reload with each recovery, so
 * each time the first probe waits twice as long.
 */
const FLAPPING_MS = 2_000;
const MAX_PROBE_MS = 10_000;

export function watchAvailability(
  target: URL,
  clock: Clock,
  { onDown, onUp }: { onDown: (problem: string) => void; onUp: () => void },
): Availability {
  let down = false;
  let requestedMs = 0;
  let recoveredMs = -Infinity;
  let probeMs = PROBE_MS;
  let cancel: (() => void) | undefined;
  let closed = false;

  function probe(): void {
    cancel = undefined;
    if (closed || !down) return;
    const socket = connect(addressOf(target));
    socket.setTimeout(1_000, () => socket.destroy());
    const probeAgain = (): void => {
      if (!down || closed) return;
      const isIdle = clock.now() - requestedMs >= IDLE_MS;
      cancel = clock.schedule(probe, isIdle ? IDLE_PROBE_MS : PROBE_MS);
    };
    socket.once('error', () => {});
    socket.once('close', probeAgain);
    socket.once('connect', () => {
      socket.off('close', probeAgain);
      socket.destroy();
      recover();
    });
  }

  function recover(): void {
    if (!down) return;
    down = false;
    recoveredMs = clock.now();
    cancel?.();
    cancel = undefined;
    onUp();
  }

  return {
    failed(problem) {
      if (closed) return;
      requestedMs = clock.now();
      const first = !down;
      down = true;
      if (!first) return;
      const flapping = requestedMs - recoveredMs < FLAPPING_MS;
      probeMs = flapping ? Math.min(probeMs * 2, MAX_PROBE_MS) : PROBE_MS;
      onDown(problem);
      cancel = clock.schedule(probe, probeMs);
    },
    responded() {
      // A flapping backend responds to some requests only. The probe decides when it is back.
      if (probeMs === PROBE_MS) recover();
    },
    close() {
      closed = true;
      cancel?.();
    },
  };
}
