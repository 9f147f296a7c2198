import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { freePort } from './free-port.ts';
import { createProject } from './packed.ts';
import { showOutput } from './processes.ts';

/** A registry of npm on this machine, which has the packages of one scope only. */
export interface LocalRegistry {
  url: string;
  /** Its folder, with all that was published. */
  folder: string;
  /** The options with which npm publishes there. The token is no login: the registry lets all of this machine publish. */
  publishOptions: string[];
  /** Ends it, and removes what was published. */
  remove(): Promise<void>;
}

/** The newest version that runs on the oldest supported Node. */
const VERDACCIO = 'verdaccio@6.8.0';

const CONFIG = `
storage: ./storage
uplinks: {}
packages:
  '@live-online/*': { access: $all, publish: $all }
  '**': { access: $all }
auth: { htpasswd: { file: ./htpasswd, max_users: -1 } }
web: { enable: false }
log: { type: stdout, format: json, level: warn }
`;

/**
 * Installs Verdaccio in a temporary folder, and starts it on a free port. It is no dependency of this repository, because only the
 * rehearsal of a release needs its 60 MB.
 */
export async function startLocalRegistry(): Promise<LocalRegistry> {
  const project = await createProject();
  await project.write({
    'config.yaml': CONFIG,
    'package.json': JSON.stringify({
      private: true,
      // Its audit plugin, which is off here, names a dist-tag, which not every registry has.
      overrides: { 'node-fetch': '2.7.0' },
    }),
  });
  await project.run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', VERDACCIO]);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const bin = join(project.folder, 'node_modules', 'verdaccio', 'bin', 'verdaccio');
  const child = spawn(
    process.execPath,
    [bin, '--config', join(project.folder, 'config.yaml'), '--listen', `127.0.0.1:${port}`],
    { cwd: project.folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  showOutput(child);
  const ended = once(child, 'exit');
  await vi.waitFor(async () => expect((await fetch(`${url}-/ping`)).status).toBe(200), 60_000);
  return {
    url,
    folder: project.folder,
    publishOptions: [`--registry=${url}`, `--//127.0.0.1:${port}/:_authToken=rehearsal`],
    async remove() {
      child.kill('SIGTERM');
      await ended;
      await project.remove();
    },
  };
}
