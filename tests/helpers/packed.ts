import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { tarballsIn } from '../../scripts/release/checksums.mjs';

const run = promisify(execFile);
/** The repository. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** A folder outside of the repository, with files in it. */
export interface Project {
  folder: string;
  write(files: Record<string, string>): Promise<void>;
  /** Runs a command there. If it fails, rejects with its output. */
  run(command: string, args: string[]): Promise<string>;
  remove(): Promise<void>;
}

/** An empty project outside of the repository. */
export async function createProject(): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'live-online-'));
  const project: Project = {
    folder,
    async write(files) {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(join(folder, name, '..'), { recursive: true });
        await writeFile(join(folder, name), text);
      }
    },
    async run(command, args) {
      try {
        const { stdout } = await run(command, args, { cwd: folder, maxBuffer: 1e8 });
        return stdout;
      } catch (error) {
        const { stdout, stderr } = error as { stdout: string; stderr: string };
        throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
      }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
  await project.write({ 'package.json': JSON.stringify({ private: true, type: 'module' }) });
  return project;
}

/** Packs every package as it would be published, and installs all of them with plain npm, beside `others`. */
export async function installPacked(project: Project, others: string[] = []): Promise<void> {
  const packed = await packedFolder(project);
  // No registry has these versions, so they must be installed together.
  const tarballs = tarballsIn(packed).map((name) => join(packed, name));
  await project.run('npm', ['install', '--no-audit', '--no-fund', ...tarballs, ...others]);
}

/** The tarballs of the checks or of a release, if they were packed before the tests. */
async function packedFolder(project: Project): Promise<string> {
  const { PACKED_FOLDER } = process.env;
  if (PACKED_FOLDER !== undefined) return resolve(root, PACKED_FOLDER);
  const folder = join(project.folder, 'packed');
  const packages = ['--filter', './packages/*', '--filter', '!@live-online/internal'];
  const args = ['--yes', 'pnpm@12.21.0', '--recursive', ...packages, 'pack', '--pack-destination', folder];
  await run('npx', args, { cwd: root });
  return folder;
}

/** The path of a tool among the repository's own dependencies. */
export function tool(name: string): string {
  return join(root, 'node_modules', '.bin', name);
}
