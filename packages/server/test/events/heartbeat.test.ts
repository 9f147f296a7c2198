import { describe, expect, it, vi } from 'vitest';
import { openEvents, postAnswer, type EventClient } from '../helpers/event-client.ts';
import { startEventServer } from '../helpers/event-server.ts';

const member = 'member=abcdefgh';
const pings = ({ events }: EventClient): number => events.filter(({ name }) => name === 'ping').length;

describe('clients of a stream that vanish', () => {
  it('[C8] one whose stream stays open, as behind a proxy, leaves within 30 s', async () => {
    const { url, clock, counter } = await startEventServer();
    const client = openEvents(url, `join=1&${member}`);
    await client.receives(1);
    clock.advance(10_000);
    await client.event('ping');
    clock.advance(14_900);
    expect(counter.total('a.example')).toBe(1);
    clock.advance(100);
    await client.closed();
    // Its client might come back: its answers may have reached another server.
    expect(counter.total('a.example')).toBe(1);
    clock.advance(4_000);
    expect(counter.total('a.example')).toBe(0);
  });

  it('[C8] one without a member id leaves when its stream ends', async () => {
    const { url, clock, counter } = await startEventServer();
    const client = openEvents(url);
    await client.receives(1);
    clock.advance(25_000);
    expect(counter.total('a.example')).toBe(0);
    await client.closed();
  });

  it('[C8] one that answers each ping stays', async () => {
    const { url, clock, counter } = await startEventServer();
    const client = openEvents(url);
    await client.receives(1);
    for (let round = 1; round <= 4; round++) {
      clock.advance(10_000);
      await vi.waitFor(() => expect(pings(client)).toBe(round));
      clock.advance(14_000);
      expect(await client.answer()).toBe(204);
    }
    expect(counter.total('a.example')).toBe(1);
  });

  it('[C8] an answer without a ping does not count', async () => {
    const { url, clock, counter } = await startEventServer();
    const client = openEvents(url);
    await client.receives(1);
    expect(await client.answer()).toBe(204);
    clock.advance(25_000);
    await client.closed();
    expect(counter.total('a.example')).toBe(0);
    for (const sid of ['unknown', '__proto__', 'x'.repeat(1_000)]) {
      expect(await postAnswer(url, sid)).toBe(204);
    }
  });

  it('[C8] one that reaches another server with its answers comes back, and is counted throughout', async () => {
    const { url, clock, counter, stats } = await startEventServer();
    const first = openEvents(url, `join=1&${member}`);
    await first.receives(1);
    clock.advance(25_000);
    await first.closed();
    const second = openEvents(url, `join=1&${member}`);
    await second.receives(1);
    clock.advance(9_000);
    expect(counter.total('a.example')).toBe(1);
    expect(stats.connections).toBe(1);
    second.leave();
    await vi.waitFor(() => expect(counter.total('a.example')).toBe(0));
  });

  it('[C2] one that closes its stream leaves at once', async () => {
    const { url, counter, stats } = await startEventServer();
    const client = openEvents(url, `join=1&${member}`);
    await client.receives(1);
    client.leave();
    await vi.waitFor(() => expect(counter.total('a.example')).toBe(0));
    expect(stats.connections).toBe(0);
  });
});

describe('a client of a stream that does not read', () => {
  /** Opens a stream, and writes to it until its client, which does not read, takes no more. */
  async function openFull() {
    const server = await startEventServer();
    const client = openEvents(server.url, `join=1&${member}`);
    await client.receives(1);
    (await client.response()).pause();
    await vi.waitFor(() => expect(server.responses).toHaveLength(1));
    const [response] = server.responses;
    const comment = `:${'x'.repeat(65_536)}\n`;
    do {
      await new Promise((written) => setImmediate(written));
      response!.write(comment);
    } while (response!.socket!.writableLength < 2 * comment.length);
    return { ...server, client, response: response!, waitingBytes: response!.writableLength };
  }

  it('[C6] costs no memory: at most two totals and one ping wait', async () => {
    const { clock, counter, response, stats, waitingBytes } = await openFull();
    const { messages } = stats;
    const reader = { send() {}, sendPage() {}, closeReplaced() {}, migrate() {} };
    for (let total = 2; total <= 200; total++) {
      counter.join('a.example', {}, reader);
      clock.advance(total < 100 ? 100 : 10);
    }
    clock.advance(5_000);
    expect(response.writableLength - waitingBytes).toBeLessThan(100);
    expect(stats.messages - messages).toBe(1);
  });

  it('[C8] is not asked, cannot answer, and is destroyed when its answer is due', async () => {
    const { clock, client, response, url } = await openFull();
    const { sid } = (await client.event('open')) as { sid: string };
    // One event waits behind the rest and calls back; the ping waits for that.
    clock.advance(10_000);
    await postAnswer(url, sid);
    clock.advance(10_000);
    await postAnswer(url, sid);
    clock.advance(5_000);
    expect(response.destroyed).toBe(true);
  });
});

describe('answers that reach another process', () => {
  it('[S8] are passed to the one that has the stream', async () => {
    const passed: string[] = [];
    let receive = (_sid: string): void => {};
    const relay = { prefix: 'w1-', pass: (sid: string) => void passed.push(sid), listen() {} };
    const other = await startEventServer(relay);
    const { url, clock, counter } = await startEventServer({
      prefix: 'w2-',
      pass() {},
      listen: (listener) => void (receive = listener),
    });
    const client = openEvents(url, `join=1&${member}`);
    const { sid } = (await client.event('open')) as { sid: string };
    expect(sid).toMatch(/^w2-/);
    clock.advance(10_000);
    await client.event('ping');
    expect(await postAnswer(other.url, sid)).toBe(204);
    expect(passed).toEqual([sid]);
    receive(sid);
    clock.advance(24_000);
    expect(counter.total('a.example')).toBe(1);
  });
});
