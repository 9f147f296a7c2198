import { createFakeClock } from '@live-online/internal/testing/fake-clock';
import { describe, expect, it } from 'vitest';
import { Heartbeats, planHeartbeats, type Beating } from '../../src/io/lean/heartbeats.ts';

const HEARTBEAT = { intervalMs: 7_500, timeoutMs: 5_000 };

function setUp({ random = (): number => 0.5, heartbeat = HEARTBEAT } = {}) {
  const clock = createFakeClock();
  const heartbeats = new Heartbeats(heartbeat, clock, () => {}, random);
  /** A client that may answer, and may beat every `beatMs`. */
  function connect({ answers = true, beatMs = undefined as number | undefined } = {}) {
    const asked: number[] = [];
    let lostAt: number | undefined;
    let isAlive = true;
    const connection: Beating = {
      dueTick: 0,
      next: undefined,
      previous: undefined,
      heardTick: 0,
      askedTick: 0,
      isAsked: false,
      beats: beatMs !== undefined,
      ask() {
        asked.push(clock.now());
        if (isAlive && answers) clock.schedule(() => heartbeats.heard(connection), 10);
      },
      lost() {
        lostAt = clock.now();
      },
    };
    heartbeats.add(connection);
    const beat = (): void => {
      if (!isAlive) return;
      heartbeats.heard(connection);
      clock.schedule(beat, beatMs!);
    };
    if (beatMs !== undefined) clock.schedule(beat, beatMs);
    return {
      connection,
      asked,
      lostAt: () => lostAt,
      vanish: () => void (isAlive = false),
    };
  }
  return { clock, heartbeats, connect };
}

describe('heartbeats', () => {
  it('[C8] a client that answers is asked about once an interval, and stays', () => {
    const { clock, connect } = setUp();
    const client = connect();
    clock.advance(75_000);
    expect(client.lostAt()).toBeUndefined();
    expect(client.asked.length).toBeGreaterThanOrEqual(9);
    expect(client.asked.length).toBeLessThanOrEqual(11);
  });

  it.each([0, 0.3, 0.999])('[C8] a client that vanishes is lost within 13 s (random %d)', (random) => {
    for (let vanishesMs = 0; vanishesMs < 30_000; vanishesMs += 377) {
      for (const beatMs of [undefined, 7_000]) {
        const { clock, connect } = setUp({ random: () => random });
        const client = connect({ beatMs });
        clock.advance(vanishesMs);
        client.vanish();
        clock.advance(13_000);
        expect(client.lostAt(), `vanished after ${vanishesMs} ms`).toBeDefined();
      }
    }
  });

  it('[C8] a client that never answers is lost, and not before its time', () => {
    const { clock, connect } = setUp();
    const client = connect({ answers: false });
    clock.advance(60_000);
    expect(client.asked).toHaveLength(1);
    expect(client.lostAt()! - client.asked[0]!).toBeGreaterThanOrEqual(HEARTBEAT.timeoutMs - 100);
  });

  it('[C8] a client is asked once an interval, however long it may take to answer', () => {
    const { clock, connect } = setUp({ heartbeat: { intervalMs: 300, timeoutMs: 10_000 } });
    const client = connect();
    clock.advance(6_000);
    expect(client.asked.length).toBeGreaterThanOrEqual(17);
    expect(client.asked.length).toBeLessThanOrEqual(21);
    client.vanish();
    clock.advance(10_400);
    expect(client.lostAt()).toBeDefined();
  });

  it('[P15] a client that beats by itself is asked once every pingInterval, so that it hears its server', () => {
    const { clock, connect } = setUp();
    const { pingIntervalMs, beatIntervalMs } = planHeartbeats(HEARTBEAT, true);
    const client = connect({ beatMs: beatIntervalMs! });
    clock.advance(10 * pingIntervalMs);
    expect(client.lostAt()).toBeUndefined();
    expect(client.asked.length).toBeGreaterThanOrEqual(9);
    expect(client.asked.length).toBeLessThanOrEqual(11);
    const gaps = client.asked.slice(1).map((at, index) => at - client.asked[index]!);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(pingIntervalMs + 200);
  });

  it('[P15] a client whose timers are slow is asked, and stays', () => {
    const { clock, connect } = setUp();
    const client = connect({ beatMs: 60_000 });
    clock.advance(300_000);
    expect(client.lostAt()).toBeUndefined();
    expect(client.asked.length).toBeGreaterThan(25);
  });

  it('[C8] many clients that connect at once are not asked at once', () => {
    let seed = 1;
    const { clock, connect } = setUp({
      random: () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647,
    });
    const clients = Array.from({ length: 200 }, () => connect());
    clock.advance(7_600);
    const times = clients.map(({ asked }) => asked[0]!);
    expect(new Set(times).size).toBeGreaterThan(20);
  });

  it('[C8] without connections there is no timer', () => {
    const { clock, heartbeats, connect } = setUp();
    const { connection } = connect();
    heartbeats.remove(connection);
    clock.advance(200);
    expect(clock.planned).toBe(0);
  });
});
