import { expect } from 'vitest';
import type { ResumePoint } from '../../src/core/ports.ts';
import type { MeshStore } from '../../src/store/mesh/mesh-store.ts';
import { meshStore } from './mesh.ts';
import { createWorld, type Machine } from './virtual-world.ts';

/** One event for servers and clients. Its numbers choose one of them, modulo how many there are. */
export type Step =
  | { kind: 'join'; server: number; site: number }
  | { kind: 'leave'; client: number; halfOpen: boolean }
  | { kind: 'move'; client: number; server: number; halfOpen: boolean }
  | { kind: 'start' }
  | { kind: 'kill' | 'freeze' | 'wake' | 'cut' | 'heal' | 'close'; server: number }
  | { kind: 'empty' }
  | { kind: 'wait'; ms: number };

interface Server {
  machine: Machine;
  store: MeshStore;
  members: Map<string, Map<string, number>>;
  state: 'running' | 'frozen' | 'dead';
  frozenAt: number;
  /** Closed connections that it has not processed because it is frozen. */
  waitingLeaves: (() => void)[];
  stale: boolean;
  startedAt: number;
  isCut: boolean;
}

interface Client {
  member: string;
  site: string;
  server: Server | undefined;
  /** Its server before the newest one. That one may not have read the claim yet. */
  earlier: Server | undefined;
  resumePoint: ResumePoint | undefined;
  isOpen: boolean;
  closedAt: number;
  connectedAt: number;
  /** Until when it may count twice, because of two faults at the same time. */
  mayCountTwiceUntil: number;
}

const SITES = ['a.example', 'b.example', 'c.example'];
/** After how long without a ping a client and a server close a connection, in ms. */
const PING_TIMEOUT_MS = 12_500;
/** How long a client that has left may be counted: half-open, on a server that is then lost. */
const COUNTED_MS = 30_000;
/** How long a server may take to publish a change, in ms. */
const UNPUBLISHED_MS = 200;
/** Within what time a killed process is detected, and a lost machine or a half-open connection, in ms. */
const DETECTED_MS = 4_000;
const EVICTED_MS = 14_000;
/** Within what time a server that has started marks its totals because of servers that give no sign of life, in ms. */
const NEW_MS = 5_000;
const SAMPLE_MS = 250;

/** Servers with real mesh stores and clients that move between them, in virtual time. */
function createMeshModel(): {
  run(step: Step): Promise<void>;
  /** Ends all faults and waits. */
  settle(): Promise<void>;
  /** The totals that are wrong now. */
  differences(): string[];
  /** The totals that could not be right when they were read. */
  impossible: string[];
} {
  const world = createWorld();
  const servers: Server[] = [];
  const clients: Client[] = [];
  const impossible: string[] = [];
  let made = 0;
  let emptiedAt = -Infinity;
  let killedAt = -Infinity;

  const running = (): Server[] => servers.filter(({ state }) => state === 'running');

  function start(): void {
    const machine = world.machine();
    const server: Server = {
      machine,
      store: meshStore({ ...machine, server: `s${made++}`, random: () => 0.5 }),
      members: new Map(SITES.map((site) => [site, new Map()])),
      state: 'running',
      frozenAt: 0,
      waitingLeaves: [],
      stale: false,
      startedAt: world.now(),
      isCut: false,
    };
    servers.push(server);
    void server.store.open({
      changed: () => {},
      stale: (stale) => (server.stale = stale),
      claimed(site, member, connectionNumber) {
        const here = server.members.get(site)?.get(member);
        if (here !== undefined && here < connectionNumber) remove(server, site, member, here);
      },
    });
  }

  function remove(server: Server, site: string, member: string, connectionNumber: number): void {
    const members = server.members.get(site)!;
    if (members.get(member) !== connectionNumber) return;
    members.delete(member);
    server.store.report(site, members.size);
  }

  function connect(client: Client, server: Server): void {
    const connectionNumber = (client.resumePoint?.connectionNumber ?? 0) + 1;
    const from = client.resumePoint?.server;
    const members = server.members.get(client.site)!;
    if (from !== undefined && from !== server.store.server) {
      server.store.claim!(client.site, client.member, { server: from, connectionNumber });
    }
    members.set(client.member, connectionNumber);
    server.store.report(client.site, members.size);
    client.earlier = servers.find(({ store }) => store.server === from);
    client.resumePoint = { server: server.store.server, connectionNumber };
    client.server = server;
    client.connectedAt = world.now();
  }

  /** The client's connection ends; its server processes that at once, after it wakes up, or after a ping timeout. */
  function disconnect(client: Client, halfOpen: boolean): void {
    const { server, site, member, resumePoint } = client;
    client.server = undefined;
    if (!server || !resumePoint) return;
    const leave = (): void => remove(server, site, member, resumePoint.connectionNumber);
    if (halfOpen) server.machine.clock.schedule(leave, PING_TIMEOUT_MS);
    else if (server.state === 'frozen') server.waitingLeaves.push(leave);
    else if (server.state === 'running') leave();
  }

  function reconnect(client: Client, choice: number): void {
    world.later(500 + (choice % 500), () => {
      const there = running();
      if (!client.isOpen || client.server) return;
      const server = there[choice % Math.max(1, there.length)];
      if (server) connect(client, server);
      else reconnect(client, choice + 1);
    });
  }

  function wake(server: Server): void {
    if (server.state !== 'frozen') return;
    server.state = 'running';
    server.machine.wake();
    if (world.now() - server.frozenAt >= PING_TIMEOUT_MS) {
      for (const [site, members] of server.members) {
        members.clear();
        server.store.report(site, 0);
      }
    }
    for (const leave of server.waitingLeaves.splice(0)) leave();
  }

  function loseServer(server: Server): void {
    clients.forEach((client, index) => {
      if (client.resumePoint?.server !== server.store.server) return;
      // Its server dies before the claim is published or read, or all keys are deleted at the same time.
      const isUnknown =
        server.isCut ||
        client.earlier?.isCut === true ||
        client.earlier?.state === 'frozen' ||
        world.now() - client.connectedAt < UNPUBLISHED_MS ||
        world.now() - emptiedAt < DETECTED_MS;
      if (isUnknown) client.mayCountTwiceUntil = world.now() + EVICTED_MS;
      if (client.server !== server) return;
      client.server = undefined;
      reconnect(client, index * 37);
    });
  }

  function check(): void {
    for (const { store, members, state, stale, startedAt } of servers) {
      if (state !== 'running') continue;
      // A server that starts while another one dies has not read the claims of that one, on servers that may be frozen.
      const isNew =
        world.now() < startedAt + NEW_MS ||
        (killedAt > startedAt - EVICTED_MS && world.now() < startedAt + EVICTED_MS);
      for (const site of SITES) {
        const others = store.others(site);
        const total = others + members.get(site)!.size;
        let here = 0;
        for (const client of clients) {
          if (client.site !== site || (!client.isOpen && world.now() - client.closedAt >= COUNTED_MS))
            continue;
          here += world.now() < client.mayCountTwiceUntil ? 2 : 1;
        }
        if (!Number.isSafeInteger(others) || others < 0 || (total > here && !stale && !isNew)) {
          impossible.push(
            `at ${world.now()} ms ${store.server} has a total of ${total} for ${site}, with at most ${here} members`,
          );
        }
      }
    }
  }

  async function wait(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= SAMPLE_MS) {
      await world.advance(Math.min(left, SAMPLE_MS));
      check();
    }
  }

  async function run(step: Step): Promise<void> {
    const there = running();
    const choose = (choice: number): Server | undefined => there[choice % Math.max(1, there.length)];
    const open = clients.filter(({ isOpen }) => isOpen);
    switch (step.kind) {
      case 'join': {
        const server = choose(step.server);
        if (!server) return;
        const site = SITES[step.site % SITES.length]!;
        const client: Client = {
          member: `member-${clients.length}`,
          site,
          server: undefined,
          earlier: undefined,
          resumePoint: undefined,
          isOpen: true,
          closedAt: 0,
          connectedAt: 0,
          mayCountTwiceUntil: 0,
        };
        clients.push(client);
        return connect(client, server);
      }
      case 'leave': {
        const client = open[step.client % Math.max(1, open.length)];
        if (!client) return;
        client.isOpen = false;
        client.closedAt = world.now();
        return disconnect(client, step.halfOpen);
      }
      case 'move': {
        const client = open[step.client % Math.max(1, open.length)];
        if (!client?.server) return;
        disconnect(client, step.halfOpen);
        return reconnect(client, step.server);
      }
      case 'start':
        return servers.length < 6 ? start() : undefined;
      case 'kill': {
        const server = choose(step.server);
        if (!server) return;
        server.state = 'dead';
        killedAt = world.now();
        server.machine.kill();
        return loseServer(server);
      }
      case 'close': {
        const server = choose(step.server);
        if (!server || server.isCut) return;
        server.state = 'dead';
        void server.store.close();
        return loseServer(server);
      }
      case 'freeze': {
        const server = choose(step.server);
        if (!server) return;
        Object.assign(server, { state: 'frozen', frozenAt: world.now() });
        server.machine.freeze();
        const { frozenAt } = server;
        world.later(PING_TIMEOUT_MS, () => {
          if (server.state !== 'frozen' || server.frozenAt !== frozenAt) return;
          clients.forEach((client, index) => {
            if (client.server !== server) return;
            disconnect(client, false);
            reconnect(client, index * 41);
          });
        });
        return;
      }
      case 'wake': {
        const frozen = servers.filter(({ state }) => state === 'frozen');
        const server = frozen[step.server % Math.max(1, frozen.length)];
        return server && wake(server);
      }
      case 'cut':
      case 'heal': {
        const server = choose(step.server);
        if (!server) return;
        server.isCut = step.kind === 'cut';
        return server.isCut ? server.machine.cut() : server.machine.heal();
      }
      case 'empty':
        emptiedAt = world.now();
        for (const client of clients) {
          if (!client.server && client.isOpen) client.mayCountTwiceUntil = world.now() + EVICTED_MS;
        }
        return world.empty();
      case 'wait':
        return wait(step.ms);
    }
  }

  start();
  start();
  return {
    run,
    impossible,
    async settle() {
      for (const server of servers) {
        server.machine.heal();
        wake(server);
      }
      if (running().length === 0) start();
      await wait(40_000);
    },
    differences() {
      const wrong: string[] = [];
      for (const { store, members, stale } of running()) {
        if (stale) wrong.push(`${store.server} is stale`);
        for (const site of SITES) {
          const here = members.get(site)!.size;
          if (here === 0) continue;
          const total = here + store.others(site);
          const truth = clients.filter((client) => client.site === site && client.isOpen).length;
          if (total !== truth)
            wrong.push(`${store.server} has a total of ${total} for ${site}, with ${truth} members`);
        }
      }
      return wrong;
    },
  };
}

/** Runs all steps and waits: at no time was a total impossible, and in the end all are true. */
export async function expectTrueTotals(steps: readonly Step[]): Promise<void> {
  const model = createMeshModel();
  for (const step of steps) await model.run(step);
  await model.settle();
  expect({ impossible: model.impossible.slice(0, 1), wrong: model.differences() }).toEqual({
    impossible: [],
    wrong: [],
  });
}
