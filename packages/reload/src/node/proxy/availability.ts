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

const PROBE_MS = 100;
/** How long the backend is asked for after somebody wanted something of it, in ms. */
const PATIENCE_MS = 600_000;

export function watchAvailability(
  target: URL,
  clock: Clock,
  { onDown, onUp }: { onDown: (problem: string) => void; onUp: () => void },
): Availability {
  let down = false;
  let wantedMs = 0;
  let cancel: (() => void) | undefined;
  let closed = false;

  function probe(): void {
    cancel = undefined;
    if (closed || !down || clock.now() - wantedMs > PATIENCE_MS) return;
    const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80);
    const socket = connect({ host: target.hostname.replace(/[[\]]/g, ''), port, autoSelectFamily: true });
    socket.setTimeout(1_000, () => socket.destroy());
    socket.once('connect', () => {
      socket.destroy();
      answered();
    });
    socket.once('error', () => {});
    socket.once('close', () => {
      if (down && !closed) cancel = clock.schedule(probe, PROBE_MS);
    });
  }

  function answered(): void {
    if (!down) return;
    down = false;
    cancel?.();
    onUp();
  }

  return {
    failed(problem) {
      if (closed) return;
      wantedMs = clock.now();
      const first = !down;
      down = true;
      if (first) onDown(problem);
      cancel ??= clock.schedule(probe, PROBE_MS);
    },
    answered,
    close() {
      closed = true;
      cancel?.();
    },
  };
}
