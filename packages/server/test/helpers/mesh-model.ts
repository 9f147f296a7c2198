import { expect } from 'vitest';
import type { ResumePoint } from '../../src/core/ports.ts';
import type { MeshStore } from '../../src/store/mesh/mesh-store.ts';
import { meshStore } from './mesh.ts';
import { createWorld, type Machine } from './virtual-world.ts';

/** One thing that happens to servers and pages. Numbers choose among what there is, whatever they are. */
export type Step =
  | { kind: 'join'; server: number; site: number }
  | { kind: 'leave'; page: number; halfOpen: boolean }
  | { kind: 'move'; page: number; server: number; halfOpen: boolean }
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
  /** Goodbyes of pages that wait for it to wake up. */
  goodbyes: (() => void)[];
  stale: boolean;
  startedAt: number;
  isCut: boolean;
}

interface Page {
  member: string;
  site: string;
  server: Server | undefined;
  word: ResumePoint | undefined;
  isOpen: boolean;
  closedAt: number;
  arrivedAt: number;
  /** Until when it may count twice, by a fault within a fault that nobody can make up for. */
  mayCountTwiceUntil: number;
}

const SITES = ['a.example', 'b.example', 'c.example'];
/** After how long without a ping a page gives its server up, and a server a page, in ms. */
const PING_PATIENCE_MS = 12_500;
/** How long a page that has left may still be counted anywhere: half-open, on a server that is then lost. */
const MEMORY_MS = 30_000;
/** How long a server may keep to itself what has just happened, in ms. */
const UNSAID_MS = 200;
/** How long the death of a process may go unnoticed, and that of a machine or a half-open page, in ms. */
const NOTICED_MS = 4_000;
const GIVEN_UP_MS = 14_000;
const SAMPLE_MS = 250;

/** Servers with real mesh stores and pages that move between them, in virtual time. */
export function createMeshModel(): {
  run(step: Step): Promise<void>;
  /** Mends everything and lets quiet return. */
  settle(): Promise<void>;
  /** What is wrong with the totals now: each is the story of one number. */
  differences(): string[];
  /** What was wrong at any time: numbers that can be at no time. */
  impossible: string[];
} {
  const world = createWorld();
  const servers: Server[] = [];
  const pages: Page[] = [];
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
      goodbyes: [],
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

  function arrive(page: Page, server: Server): void {
    const connectionNumber = (page.word?.connectionNumber ?? 0) + 1;
    const from = page.word?.server;
    const members = server.members.get(page.site)!;
    if (from !== undefined && from !== server.store.server) {
      server.store.claim!(page.site, page.member, { server: from, connectionNumber });
    }
    members.set(page.member, connectionNumber);
    server.store.report(page.site, members.size);
    page.word = { server: server.store.server, connectionNumber };
    page.server = server;
    page.arrivedAt = world.now();
  }

  /** The page's connection is gone; its server hears of it at once, late, or after its own patience. */
  function part(page: Page, halfOpen: boolean): void {
    const { server, site, member, word } = page;
    page.server = undefined;
    if (!server || !word) return;
    const goodbye = (): void => remove(server, site, member, word.connectionNumber);
    if (halfOpen) server.machine.clock.schedule(goodbye, PING_PATIENCE_MS);
    else if (server.state === 'frozen') server.goodbyes.push(goodbye);
    else if (server.state === 'running') goodbye();
  }

  function comeBack(page: Page, choice: number): void {
    world.later(500 + (choice % 500), () => {
      const there = running();
      if (!page.isOpen || page.server) return;
      const server = there[choice % Math.max(1, there.length)];
      if (server) arrive(page, server);
      else comeBack(page, choice + 1);
    });
  }

  function wake(server: Server): void {
    if (server.state !== 'frozen') return;
    server.state = 'running';
    server.machine.wake();
    if (world.now() - server.frozenAt >= PING_PATIENCE_MS) {
      for (const [site, members] of server.members) {
        members.clear();
        server.store.report(site, 0);
      }
    }
    for (const goodbye of server.goodbyes.splice(0)) goodbye();
  }

  function loseServer(server: Server): void {
    pages.forEach((page, index) => {
      if (page.word?.server !== server.store.server) return;
      // Its server dies before it has said whom it took over, or everything that was said is lost at the same time.
      const unsaid =
        server.isCut || world.now() - page.arrivedAt < UNSAID_MS || world.now() - emptiedAt < NOTICED_MS;
      if (unsaid) page.mayCountTwiceUntil = world.now() + GIVEN_UP_MS;
      if (page.server !== server) return;
      page.server = undefined;
      comeBack(page, index * 37);
    });
  }

  function check(): void {
    for (const { store, members, state, stale, startedAt } of servers) {
      if (state !== 'running') continue;
      // Who starts while somebody dies has not heard what that one claimed from others, who may be frozen.
      const isNew =
        world.now() < startedAt + NOTICED_MS ||
        (killedAt > startedAt - GIVEN_UP_MS && world.now() < startedAt + GIVEN_UP_MS);
      for (const site of SITES) {
        const others = store.others(site);
        const total = others + members.get(site)!.size;
        let here = 0;
        for (const page of pages) {
          if (page.site !== site || (!page.isOpen && world.now() - page.closedAt >= MEMORY_MS)) continue;
          here += world.now() < page.mayCountTwiceUntil ? 2 : 1;
        }
        if (!Number.isSafeInteger(others) || others < 0 || (total > here && !stale && !isNew)) {
          impossible.push(
            `at ${world.now()} ms ${store.server} says ${total} for ${site}, where ${here} can be`,
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
    const open = pages.filter(({ isOpen }) => isOpen);
    switch (step.kind) {
      case 'join': {
        const server = choose(step.server);
        if (!server) return;
        const site = SITES[step.site % SITES.length]!;
        const page: Page = {
          member: `member-${pages.length}`,
          site,
          server: undefined,
          word: undefined,
          isOpen: true,
          closedAt: 0,
          arrivedAt: 0,
          mayCountTwiceUntil: 0,
        };
        pages.push(page);
        return arrive(page, server);
      }
      case 'leave': {
        const page = open[step.page % Math.max(1, open.length)];
        if (!page) return;
        page.isOpen = false;
        page.closedAt = world.now();
        return part(page, step.halfOpen);
      }
      case 'move': {
        const page = open[step.page % Math.max(1, open.length)];
        if (!page?.server) return;
        part(page, step.halfOpen);
        return comeBack(page, step.server);
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
        world.later(PING_PATIENCE_MS, () => {
          if (server.state !== 'frozen' || server.frozenAt !== frozenAt) return;
          pages.forEach((page, index) => {
            if (page.server !== server) return;
            part(page, false);
            comeBack(page, index * 41);
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
        for (const page of pages) {
          if (!page.server && page.isOpen) page.mayCountTwiceUntil = world.now() + GIVEN_UP_MS;
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
        if (stale) wrong.push(`${store.server} says that its totals are old`);
        for (const site of SITES) {
          const here = members.get(site)!.size;
          if (here === 0) continue;
          const total = here + store.others(site);
          const truth = pages.filter((page) => page.site === site && page.isOpen).length;
          if (total !== truth) wrong.push(`${store.server} says ${total} for ${site}, where ${truth} are`);
        }
      }
      return wrong;
    },
  };
}

/** Lives through all steps and the quiet after them: no number was ever impossible, and in the end all are true. */
export async function expectTruth(steps: readonly Step[]): Promise<void> {
  const model = createMeshModel();
  for (const step of steps) await model.run(step);
  await model.settle();
  expect({ impossible: model.impossible.slice(0, 1), wrong: model.differences() }).toEqual({
    impossible: [],
    wrong: [],
  });
}
