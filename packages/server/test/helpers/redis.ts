import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClient, type RedisClientType } from 'redis';
import { onTestFinished } from 'vitest';
import { freePort } from '../../../../tests/helpers/free-port.ts';
import { need } from '../../../../tests/helpers/needs.ts';
import { documentedUser } from './redis-acl.ts';
import type { Authority, Certificate } from './tls-authority.ts';

export interface RedisOptions {
  /** Whether it can be a node of a cluster. `startRedisCluster` starts all nodes of one. */
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
  /** Clients connect by TLS. */
  tls?: RedisTls;
}

export interface RedisTls {
  readonly authority: Authority;
  readonly certificate: Certificate;
  /** Whether clients need a certificate of the same authority. @default 'no' */
  readonly clientCertificates?: 'yes' | 'no' | 'optional';
}

export interface Redis {
  /** With the user of the README, unless it is open. */
  readonly url: string;
  /** The port of `url`. */
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

/** How long a node of a cluster is silent before the others start a failover, in ms. Redis has 15 s by default. */
export const NODE_TIMEOUT_MS = 2_000;

/** The path of redis-server, for tests that start it themselves. */
export const needRedis = (): string => need('Redis');

/** Starts a real Redis without persistence, and ends it with the test, or when `finished` says. */
export async function startRedis(
  options: RedisOptions = {},
  finished: (end: () => Promise<void>) => void = onTestFinished,
): Promise<Redis> {
  const program = needRedis();
  const folder = await mkdtemp(join(tmpdir(), 'live-online-redis-'));
  const [port, busPort] = [await freePort(), await freePort()];
  // The tests' own admin never uses TLS.
  const adminPort = options.tls ? await freePort() : port;
  const users = usersOf(options);
  const aclfile = join(folder, 'users.acl');
  await writeFile(aclfile, users.map((words) => `user ${words}\n`).join(''));
  const args = ['--port', String(adminPort), '--bind', '127.0.0.1', '--dir', folder, '--aclfile', aclfile];
  args.push('--save', '', '--appendonly', 'no', '--daemonize', 'no');
  if (options.tls) args.push(...argumentsOf(options.tls, port));
  // Otherwise nodes name their ports without TLS to clients.
  if (options.tls && options.cluster) args.push('--tls-cluster', 'yes');
  if (options.cluster) {
    args.push(
      '--cluster-enabled',
      'yes',
      '--cluster-port',
      String(busPort),
      '--cluster-node-timeout',
      String(NODE_TIMEOUT_MS),
      // A replica of another node needs more permissions than servers.
      '--masteruser',
      'admin',
      '--masterauth',
      password,
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
  finished(async () => {
    await kill();
    await rm(folder, { recursive: true, force: true });
  });
  await start();

  const [name] = users[1]?.split(' ') ?? [];
  const credentials = options.users === 'open' ? '' : `${name}:${password}@`;
  return {
    url: `${options.tls ? 'rediss' : 'redis'}://${credentials}127.0.0.1:${port}`,
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
      admin ??= await openAdmin(adminPort);
      return admin.sendCommand(words);
    },
  };
}

function argumentsOf(
  { authority, certificate, clientCertificates = 'no' }: RedisTls,
  port: number,
): string[] {
  return [
    ...['--tls-port', String(port), '--tls-ca-cert-file', authority.caFile],
    ...['--tls-cert-file', certificate.certFile, '--tls-key-file', certificate.keyFile],
    ...['--tls-auth-clients', clientCertificates],
  ];
}

async function openAdmin(port: number): Promise<RedisClientType> {
  const url = `redis://admin:${password}@127.0.0.1:${port}`;
  const client: RedisClientType = createClient({ url, disableClientInfo: true });
  client.on('error', () => {});
  await client.connect();
  return client;
}

function usersOf({ users = 'documented', cluster = false }: RedisOptions): string[] {
  const admin = `admin on >${password} ~* &* +@all`;
  if (users === 'open') return [admin, 'default on nopass ~* &* +@all'];
  const words = users === 'documented' ? documentedUser(cluster ? 'cluster' : 'alone') : users;
  const user = words.map((word) => (word.startsWith('>') ? `>${password}` : word)).join(' ');
  return user.startsWith('default ') ? [admin, user] : [admin, user, 'default off'];
}
