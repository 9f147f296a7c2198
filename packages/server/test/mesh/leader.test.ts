import { describe, expect, it } from 'vitest';
import type { MeshStore } from '../../src/store/mesh/mesh-store.ts';
import { parseControlMessage } from '../../src/store/mesh/wire/messages.ts';
import { meshStore } from '../helpers/mesh.ts';
import { createWorld, type Machine } from '../helpers/virtual-world.ts';

/** Servers on machines of their own, by name, in the order of their start. */
async function startServers(...names: string[]) {
  const world = createWorld();
  const servers = new Map<
    string,
    { store: MeshStore; machine: Machine; heard: string[]; stale: boolean[] }
  >();
  for (const server of names) {
    const machine = world.machine();
    const store = meshStore({ ...machine, server, random: () => 0 });
    const heard: string[] = [];
    const stale: boolean[] = [];
    store.onAnnouncement((from, text) => void heard.push(`${from}: ${text}`));
    void store.open({ changed() {}, stale: (isStale) => void stale.push(isStale), claimed() {} });
    servers.set(server, { store, machine, heard, stale });
    await world.advance(3_000);
  }
  const leaders = () => names.filter((name) => servers.get(name)!.store.isLeader());
  return { world, leaders, at: (name: string) => servers.get(name)! };
}

describe('the leader of several servers', () => {
  it('[H4] is the one with the smallest name, also if it has joined last', async () => {
    const { leaders, at } = await startServers('b', 'c', 'a');
    expect(leaders()).toEqual(['a']);
    expect([at('c').store.leader(), at('b').store.hasPeer('a'), at('b').store.hasPeer('d')]).toEqual([
      'a',
      true,
      false,
    ]);
  });

  it('[H4] is another one when its process has ended, when it was stopped, and when it closes', async () => {
    const { world, leaders, at } = await startServers('a', 'b', 'c', 'd');
    at('a').machine.kill();
    await world.advance(3_000);
    expect(leaders()).toEqual(['a', 'b']);
    expect(at('c').store.hasPeer('a')).toBe(false);
    at('b').machine.freeze();
    await world.advance(10_000);
    expect(at('c').store.isLeader()).toBe(true);
    void at('c').store.close();
    await world.advance(1_000);
    expect(at('d').store.isLeader()).toBe(true);
  });

  it('[H4] an announcement reaches all other servers, and is lost without a link', async () => {
    const { world, at } = await startServers('a', 'b', 'c');
    at('a').store.announce('first');
    await world.advance(100);
    expect([at('a').heard, at('b').heard, at('c').heard]).toEqual([[], ['a: first'], ['a: first']]);
    world.empty();
    at('a').store.announce('lost');
    await world.advance(10_000);
    at('a').store.announce('second');
    await world.advance(100);
    expect(at('b').heard).toEqual(['a: first', 'a: second']);
  });

  it('[C9] a server that closes does not report that its totals are stale', async () => {
    const { world, at } = await startServers('a', 'b');
    void at('a').store.close();
    await world.advance(5_000);
    expect(at('a').stale).toEqual([]);
  });

  it('[M1] round trips are measured', async () => {
    const { at } = await startServers('a');
    const { counts, sum } = at('a').store.latency();
    const trips = counts.reduce((total, count) => total + count, 0);
    expect(trips).toBeGreaterThan(3);
    // A message takes a millisecond each way.
    expect(sum / trips).toBeCloseTo(0.002);
  });

  it('[S2] an announcement is validated like any input from outside', () => {
    const message = { kind: 'announcement', server: 'a', text: 'x'.repeat(2_000) };
    expect(parseControlMessage(JSON.stringify(message))).toEqual(message);
    for (const broken of [{ text: 7 }, { text: 'x'.repeat(2_001) }, { server: 'a b' }]) {
      expect(parseControlMessage(JSON.stringify({ ...message, ...broken }))).toBeUndefined();
    }
  });
});
