import { createFakeClock } from '@live-online/internal/testing/fake-clock';
import { describe, expect, it } from 'vitest';
import {
  RestartDetector,
  WATCH_MS,
  type ConnectionEvents,
} from '../../src/serving/proxy/restart-detector.ts';

/** A backend whose processes and timeouts the test controls. */
function setUp({ wasUp = true } = {}) {
  const clock = createFakeClock();
  const events: string[] = [];
  const open = new Map<ConnectionEvents, () => void>();
  let isListening = true;
  let idleMs = Infinity;
  let opened = 0;
  const detector = new RestartDetector({
    clock,
    open(connection) {
      opened++;
      const end = (close: () => void) => (): void => {
        if (open.delete(connection)) close();
      };
      const accepts = isListening;
      open.set(
        connection,
        end(() => connection.onClosed(false)),
      );
      clock.schedule(
        end(() => {
          if (!accepts) return connection.onRefused(new Error('refused'));
          open.set(
            connection,
            end(() => connection.onClosed(false)),
          );
          connection.onOpen();
        }),
        1,
      );
      if (Number.isFinite(idleMs)) clock.schedule(() => open.get(connection)?.(), idleMs);
      return () => void open.delete(connection);
    },
    wasUp: () => wasUp,
    onGone: () => events.push('gone'),
    onRestart: () => events.push('restart'),
  });
  return {
    clock,
    events,
    detector,
    open,
    /** How many connections were opened. */
    opened: () => opened,
    /** The process ends, and closes all its connections. */
    exit: () => [...open.values()].forEach((close) => close()),
    listen: (value: boolean) => (isListening = value),
    closeIdle: (afterMs: number) => (idleMs = afterMs),
  };
}

describe('a backend that restarts after an update', () => {
  it.each([0, 60, 400, 1_500, 20_000, 100_000])(
    '[R1] %i ms later, with a time without a process',
    (delayMs) => {
      const { clock, detector, events, exit, listen } = setUp();
      detector.watch();
      clock.advance(delayMs);
      listen(false);
      exit();
      clock.advance(1_000);
      expect(events).toEqual(['gone']);
      // The availability finds out when it is up.
      listen(true);
      detector.resume();
      clock.advance(WATCH_MS);
      expect(events).toEqual(['gone']);
    },
  );

  it.each([60, 400, 1_500, 20_000])('[R1] %i ms later, while its port accepts connections', (delayMs) => {
    const { clock, detector, events, exit } = setUp();
    detector.watch();
    clock.advance(delayMs);
    exit();
    clock.advance(110);
    expect(events).toEqual(['restart']);
    clock.advance(WATCH_MS);
    expect(events).toEqual(['restart']);
  });

  it.each([5, 60])('[R1] not when the port of the ended process accepts one for %i ms more', (openMs) => {
    const { clock, detector, events, exit, listen } = setUp();
    detector.watch();
    clock.advance(1_500);
    exit();
    clock.advance(openMs);
    listen(false);
    exit();
    clock.advance(2_000);
    expect(events).toEqual(['gone']);
  });

  it('[R1] when the ended process has accepted only the first connection, and the next one gets the others', () => {
    const { clock, detector, events, open } = setUp();
    detector.watch();
    clock.advance(350);
    const [first] = open.values();
    expect(open.size).toBeGreaterThan(1);
    first!();
    clock.advance(200);
    expect(events).toEqual(['restart']);
    clock.advance(WATCH_MS);
    expect(events).toEqual(['restart']);
  });

  it.each([1_100, 3_000, 9_000])('[R1] when another process has taken the port %i ms later', (delayMs) => {
    const { clock, detector, events, open } = setUp();
    detector.watch();
    clock.advance(delayMs);
    const old = [...open.values()];
    clock.advance(1_000);
    for (const close of old) close();
    clock.advance(200);
    expect(events).toEqual(['restart']);
  });

  it('[R1] after an earlier exit without another process until the end of the watch', () => {
    const { clock, detector, events, exit, open } = setUp();
    detector.watch();
    clock.advance(WATCH_MS - 500);
    exit();
    // A port forwarder accepts and closes each connection.
    for (let ms = 0; ms < 2_000; ms += 10) {
      clock.advance(10);
      exit();
    }
    expect([events, open.size]).toEqual([[], 0]);
    detector.watch();
    clock.advance(110);
    expect(events).toEqual(['restart']);
  });

  it('[R1] when it waits for its connections before it ends', () => {
    const { clock, detector, events, listen, open } = setUp();
    detector.watch();
    clock.advance(1_000);
    listen(false);
    clock.advance(2_000);
    expect(events).toEqual(['gone']);
    expect(open.size).toBe(0);
  });

  it('[R1] twice: each restart counts', () => {
    const { clock, detector, events, exit } = setUp();
    detector.watch();
    clock.advance(400);
    exit();
    clock.advance(700);
    exit();
    clock.advance(2_000);
    expect(events).toEqual(['restart', 'restart']);
  });
});

describe('a backend that does not restart', () => {
  it('[R1] keeps a few connections, which end with the time after the update', () => {
    const { clock, detector, events, open, opened } = setUp();
    detector.watch();
    clock.advance(WATCH_MS - 1);
    expect(open.size).toBe(4);
    expect(opened()).toBeLessThan(15);
    clock.advance(WATCH_MS);
    expect([open.size, events, clock.planned]).toEqual([0, [], 0]);
  });

  it.each([1_000, 2_000, 5_000, 20_000, 60_000])('[R1] closes idle connections after %i ms', (idleMs) => {
    const { clock, closeIdle, detector, events } = setUp();
    closeIdle(idleMs);
    detector.watch();
    clock.advance(WATCH_MS);
    expect(events).toEqual([]);
  });

  it('[R1] and closes idle connections: its restart is still noticed', () => {
    const { clock, closeIdle, detector, events, exit } = setUp();
    closeIdle(5_000);
    detector.watch();
    clock.advance(30_000);
    exit();
    clock.advance(110);
    expect(events).toEqual(['restart']);
  });

  it('[R1] and has never been up: nothing, until it has been', () => {
    const { clock, detector, events, exit, listen } = setUp({ wasUp: false });
    listen(false);
    detector.watch();
    clock.advance(5_000);
    expect(events).toEqual([]);
    listen(true);
    clock.advance(10_000);
    listen(false);
    exit();
    clock.advance(100);
    expect(events).toEqual(['gone']);
  });

  it('[R1] and closes each connection at once, as a port forwarder does', () => {
    const { clock, closeIdle, detector, events } = setUp();
    closeIdle(2);
    detector.watch();
    clock.advance(WATCH_MS);
    expect(events).toEqual([]);
  });
});

describe('requests beside idle connections', () => {
  it('[R1] a backend that serves one connection at a time waits for none of them', () => {
    const { clock, detector, events, exit, open } = setUp();
    detector.watch();
    clock.advance(400);
    const endWait = detector.requested();
    clock.advance(300);
    expect(open.size).toBe(0);
    endWait();
    expect(open.size).toBe(1);
    // From now on, a request waits no time.
    const endNext = detector.requested();
    expect(open.size).toBe(0);
    endNext();
    clock.advance(400);
    exit();
    clock.advance(110);
    expect(events).toEqual(['restart']);
  });

  it('[R1] a slow response does not end the watch', () => {
    const { clock, detector, events, exit, open } = setUp();
    detector.watch();
    clock.advance(400);
    const endWait = detector.requested();
    clock.advance(3_000);
    endWait();
    detector.requested()();
    expect(open.size).toBe(1);
    clock.advance(500);
    exit();
    clock.advance(110);
    expect(events).toEqual(['restart']);
  });
});
