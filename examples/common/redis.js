import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { ManagedProcess } from './managed-process.js';

const USERS = new URL('../redis/users.acl', import.meta.url);

/**
 * A Redis on the loopback that keeps nothing on disk. The only user is that of users.acl, with a random password.
 *
 * @param {string} program
 * @param {number} port
 * @param {ConstructorParameters<typeof ManagedProcess>[2]} [options]
 */
export async function createRedis(program, port, options) {
  const password = randomBytes(16).toString('hex');
  const users = (await readFile(USERS, 'utf8')).replace('change-me', password);
  const config = `port ${port}\nbind 127.0.0.1\nsave ""\nappendonly no\n${users}`;
  const spawnChild = () => {
    // On stdin, because all users of the machine can read arguments.
    const child = spawn(program, ['-'], { cwd: tmpdir(), stdio: ['pipe', 'ignore', 'inherit'] });
    child.stdin.on('error', () => {});
    child.stdin.end(config);
    return child;
  };
  const url = `redis://live-online:${password}@127.0.0.1:${port}`;
  return { process: new ManagedProcess('Redis', spawnChild, options), url };
}
