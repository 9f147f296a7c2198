import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClient, type RedisClientType } from 'redis';
import { expect, onTestFinished, vi } from 'vitest';
import { need } from '../../../../tests/helpers/needs.ts';
import { documentedUser } from './redis-acl.ts';

export interface RedisOptions {
  /** Whether it can be a node of a cluster. `startRedisCluster` starts one. */
  cluster?: boolean;
  /**
   * The users beside the tests' own admin: `documented`, the user of the README; `open`, a user without a password; or
   * the arguments of ACL SETUSER for another user.
   *
   * @default 'documented'
   */
  users?: 'documented' | 'open' | string[];
  /** More variables for its environment. */
  env?: Record<string, string>;
}

export interface Redis {
  /** With the user of the README, unless it is open. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends it by SIGKILL; its keys are lost. */
  kill(): Promise<void>;
  /** Starts it again, empty, on the same port. */
  restart(): Promise<void>;
  /** Stops the process by SIGSTOP: connections stay open without replies. */
  freeze(): void;
  thaw(): void;
  /** Runs a command as a user with all permissions. */
  cli(...args: string[]): Promise<unknown>;
}

/** The password of every user in the tests. */
export const password = 's3cret';

/** The path of redis-server, for tests that start it themselves. */
export const needRedis = (): string => need('Redis');

/** Starts a real Redis without persistence, and ends it with the test. */
export async function startRedis(options: RedisOptions = {}): Promise<Redis> {
  const program = needRedis();
  const folder = await mkdtemp(join(tmpdir(), 'live-online-redis-'));
  const [port, busPort] = [await freePort(), await freePort()];
  const users = usersOf(options);
  const aclfile = join(folder, 'users.acl');
  await writeFile(aclfile, users.map((words) => `user ${words}\n`).join(''));
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--aclfile', aclfile];
  args.push('--save', '', '--appendonly', 'no', '--daemonize', 'no');
  if (options.cluster) {
    args.push(
      '--cluster-enabled',
      'yes',
      '--cluster-port',
      String(busPort),
      '--cluster-node-timeout',
      '2000',
    );
  }
  let child: ChildProcess;
  let admin: RedisClientType | undefined;
  const start = async (): Promise<void> => {
    child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...options.env },
    });
    for await (const line of createInterface(child.stdout!)) {
      if (line.includes('Ready to accept connections')) return void child.stdout!.resume();
    }
    throw new Error('redis-server did not start');
  };
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    admin?.destroy();
    admin = undefined;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  onTestFinished(async () => {
    await kill();
    await rm(folder, { recursive: true, force: true });
  });
  await start();

  const [name] = users[1]?.split(' ') ?? [];
  return {
    url:
      options.users === 'open'
        ? `redis://127.0.0.1:${port}`
        : `redis://${name}:${password}@127.0.0.1:${port}`,
    port,
    get pid() {
      return child.pid!;
    },
    kill,
    restart: async () => {
      await kill();
      await start();
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async cli(...words) {
      admin ??= await openAdmin(port);
      return admin.sendCommand(words);
    },
  };
}

/** Starts a cluster of three masters, and waits until it is complete. */
export async function startRedisCluster(options: RedisOptions = {}): Promise<Redis[]> {
  const nodes = await Promise.all([0, 1, 2].map(() => startRedis({ ...options, cluster: true })));
  const [first, ...others] = nodes as [Redis, ...Redis[]];
  const bounds = [0, 5461, 10_923, 16_384];
  await Promise.all(
    nodes.map(({ cli }, i) => cli('CLUSTER', 'ADDSLOTSRANGE', `${bounds[i]}`, `${bounds[i + 1]! - 1}`)),
  );
  for (const { port, cli } of others) {
    const [, busPort] = (await cli('CONFIG', 'GET', 'cluster-port').then(flat)) as [string, string];
    await first.cli('CLUSTER', 'MEET', '127.0.0.1', String(port), busPort);
  }
  await vi.waitFor(
    async () => {
      const views = await Promise.all(nodes.map(({ cli }) => viewOfCluster(cli)));
      expect(views[0]).toMatchObject({ isOk: true, slots: [{}, {}, {}] });
      for (const view of views) expect(view).toEqual(views[0]);
    },
    { interval: 20 },
  );
  return nodes;
}

/** The state of a cluster in the view of one node: whether it is complete, and the master of each slot. */
async function viewOfCluster(cli: Redis['cli']) {
  const info = String(await cli('CLUSTER', 'INFO'));
  const slots = (await cli('CLUSTER', 'SLOTS')) as [from: number, to: number, master: [string, number]][];
  return {
    isOk: info.includes('cluster_state:ok') && info.includes('cluster_slots_ok:16384'),
    slots: slots.map(([from, to, [, port]]) => ({ from, to, port })).sort((a, b) => a.from - b.from),
  };
}

async function openAdmin(port: number): Promise<RedisClientType> {
  const url = `redis://admin:${password}@127.0.0.1:${port}`;
  const client: RedisClientType = createClient({ url, disableClientInfo: true });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Some replies are maps in RESP 3 and lists in RESP 2. */
function flat(reply: unknown): unknown[] {
  return Array.isArray(reply) ? reply : Object.entries(reply as object).flat();
}

function usersOf({ users = 'documented', cluster = false }: RedisOptions): string[] {
  const admin = `admin on >${password} ~* &* +@all`;
  if (users === 'open') return [admin, 'default on nopass ~* &* +@all'];
  const words = users === 'documented' ? documentedUser(cluster ? 'cluster' : 'alone') : users;
  const user = words.map((word) => (word.startsWith('>') ? `>${password}` : word)).join(' ');
  return user.startsWith('default ') ? [admin, user] : [admin, user, 'default off'];
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
