import { describe, expect, it } from 'vitest';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';
import { encodeAnnouncement, parseAnnouncement } from '../../src/webhooks/announcement.ts';
import { Failover, UNANNOUNCED_MS } from '../../src/webhooks/failover.ts';
import type { WebhookEvent } from '../../src/webhooks/webhook-event.ts';

const occupied = (site = 'example.org'): WebhookEvent => ({
  type: 'site.occupied',
  site,
  at: 1_700_000_000_000,
  people: 1,
});

/** Servers that share a store, by their names. */
function createWorld(...names: string[]) {
  const clock = createFakeClock();
  const alive = new Set<string>();
  const listeners = new Map<string, (server: string, text: string) => void>();
  const sent: [server: string, id: string, site: string][] = [];
  let ids = 0;
  const servers = new Map<string, Failover>();

  function start(name: string): void {
    alive.add(name);
    const failover = new Failover({
      clock,
      createId: () => `msg_${String(++ids).padStart(32, '0')}`,
      send: (id, { site }) => void sent.push([name, id, site]),
      peers: {
        isLeader: () => [...alive].sort()[0] === name,
        hasPeer: (other) => alive.has(other),
        announce(text) {
          for (const other of alive) if (other !== name) listeners.get(other)?.(name, text);
        },
        onAnnouncement(listener) {
          listeners.set(name, listener);
          return () => void listeners.delete(name);
        },
      },
    });
    servers.set(name, failover);
  }
  for (const name of names) start(name);
  return {
    clock,
    sent,
    start,
    observe(event: WebhookEvent, ...by: string[]) {
      for (const name of by) if (alive.has(name)) servers.get(name)!.observe(event);
    },
    settle: (name: string, id: string) => servers.get(name)!.settled(id),
    kill(name: string) {
      servers.get(name)!.close();
      alive.delete(name);
    },
  };
}

describe('servers that share webhooks', () => {
  it('[H4] the server with the smallest name sends an event that all have seen', () => {
    const { clock, observe, sent } = createWorld('a', 'b', 'c');
    observe(occupied(), 'b', 'a', 'c');
    clock.advance(UNANNOUNCED_MS);
    expect(sent).toEqual([['a', expect.any(String), 'example.org']]);
  });

  it('[H4] an event that was not delivered when its server ended is sent again under the same id', () => {
    const { clock, kill, observe, sent } = createWorld('a', 'b', 'c');
    observe(occupied(), 'a', 'b', 'c');
    kill('a');
    clock.advance(1_000);
    expect(sent.map(([server]) => server)).toEqual(['a', 'b']);
    expect(sent[1]![1]).toBe(sent[0]![1]);
    kill('b');
    clock.advance(1_000);
    expect(sent.map(([server, id]) => [server, id])[2]).toEqual(['c', sent[0]![1]]);
  });

  it('[H4] an event that was delivered is not sent again', () => {
    const { clock, kill, observe, sent, settle } = createWorld('a', 'b');
    observe(occupied(), 'a', 'b');
    settle('a', sent[0]![1]);
    kill('a');
    clock.advance(UNANNOUNCED_MS);
    expect(sent).toHaveLength(1);
  });

  it('[H4] an event between the end of the leader and its eviction is sent by the next one', () => {
    const { clock, kill, observe, sent, start } = createWorld('b', 'c');
    start('a');
    // It has ended, but is not evicted yet.
    observe(occupied(), 'b', 'c');
    clock.advance(8_000);
    expect(sent).toEqual([]);
    kill('a');
    clock.advance(1_000);
    expect(sent).toEqual([['b', expect.any(String), 'example.org']]);
  });

  it('[H4] an event that the leader has never seen is forgotten after 15 s', () => {
    const { clock, kill, observe, sent } = createWorld('a', 'b');
    observe(occupied(), 'b');
    clock.advance(UNANNOUNCED_MS + 1_000);
    kill('a');
    clock.advance(UNANNOUNCED_MS);
    expect(sent).toEqual([]);
  });

  it('[H4] a server that joins later takes over what the older one could not deliver', () => {
    const { clock, kill, observe, sent, start } = createWorld('b');
    observe(occupied(), 'b');
    start('a');
    clock.advance(10_000);
    expect(sent).toHaveLength(1);
    kill('b');
    clock.advance(1_000);
    expect(sent.map(([server, id]) => [server, id])[1]).toEqual(['a', sent[0]![1]]);
  });

  it('[H4] the same event twice is sent twice', () => {
    const { observe, sent } = createWorld('a', 'b');
    observe(occupied(), 'a', 'b');
    observe(occupied(), 'b', 'a');
    expect(sent.map(([server]) => server)).toEqual(['a', 'a']);
    expect(sent[0]![1]).not.toBe(sent[1]![1]);
  });

  it('[S2] what is no announcement is ignored', () => {
    const event = occupied();
    const id = `msg_${'0'.repeat(32)}`;
    expect(parseAnnouncement(encodeAnnouncement({ kind: 'event', id, event }))).toEqual({
      kind: 'event',
      id,
      event,
    });
    const broken = [
      '',
      '{',
      '7',
      '{"kind":"settled"}',
      '{"kind":"settled","id":"msg_1"}',
      encodeAnnouncement({ kind: 'event', id, event: { ...event, people: -1 } }),
      encodeAnnouncement({ kind: 'event', id, event: { ...event, at: 1e300 } }),
      encodeAnnouncement({ kind: 'event', id, event: { ...event, site: 'x'.repeat(401) } }),
    ];
    expect(broken.map(parseAnnouncement)).toEqual(broken.map(() => undefined));
  });
});
