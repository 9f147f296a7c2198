import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { checksumsOf } from '../../scripts/release/checksums.mjs';
import { publishedPackages } from '../../scripts/release/published-packages.mjs';
import { createProject, root, type Project } from './packed.ts';

const run = promisify(execFile);

/** A copy of the repository in a temporary folder, whose versions and packages a test may change. */
export interface RepositoryCopy {
  folder: string;
  /** Adds a changeset of one package. */
  addChangeset(name: string, type: 'patch' | 'minor', text: string): Promise<void>;
  /** Raises the versions as `npm run release:version` does. Returns them, by the names of the packages. */
  raiseVersions(): Promise<Record<string, string>>;
  changelog(name: string): Promise<string>;
  /** Packs all packages, and publishes them with the script of the workflow. Returns what it printed, a line for each. */
  publish(options: string[]): Promise<string[]>;
  remove(): Promise<void>;
}

/** Copies all files that git knows or would add, and what is built and installed. */
export async function copyRepository(): Promise<RepositoryCopy> {
  const project = await createProject();
  const { folder } = project;
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    maxBuffer: 1e8,
  });
  const built = publishedPackages(root)
    .flatMap(({ folder: name }) => [`packages/${name}/dist`, `packages/${name}/node_modules`])
    .filter((path) => existsSync(join(root, path)));
  for (const path of [...stdout.split('\0').filter(Boolean), ...built]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    // Links to other packages stay relative: they lead to those of the copy.
    await cp(join(root, path), join(folder, path), { recursive: true, verbatimSymlinks: true, force: true });
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await startHistory(project);
  return createCopy(project);
}

/** Changesets asks git for the commits that added its files. */
async function startHistory(project: Project): Promise<void> {
  const author = ['-c', 'user.name=Test', '-c', 'user.email=test@localhost'];
  await project.run('git', ['init', '--quiet', '--initial-branch', 'main']);
  await project.run('git', ['add', '--all']);
  await project.run('git', [...author, 'commit', '--quiet', '--message', 'Copy']);
}

function createCopy(project: Project): RepositoryCopy {
  const { folder } = project;
  let changesets = 0;
  let packs = 0;
  return {
    folder,
    addChangeset: (name, type, text) =>
      project.write({
        [`.changeset/rehearsal-${changesets++}.md`]: `---\n'${name}': ${type}\n---\n\n${text}\n`,
      }),
    async raiseVersions() {
      await project.run('npm', ['run', 'release:version']);
      return Object.fromEntries(
        publishedPackages(folder).map(({ manifest }) => [manifest.name, manifest.version]),
      );
    },
    changelog: (name) => readFile(join(folder, 'packages', name, 'CHANGELOG.md'), 'utf8'),
    async publish(options) {
      // Relative and without a dot, as in the workflow: npm must not take it for something else.
      const name = `packed-${packs++}`;
      const packed = join(folder, name);
      await mkdir(packed);
      const filters = publishedPackages(folder).flatMap(({ manifest }) => ['--filter', manifest.name]);
      const pack = ['--recursive', ...filters, 'pack', '--pack-destination', packed];
      await project.run('npx', ['--yes', 'pnpm@12.21.0', ...pack]);
      const script = join(folder, 'scripts/release/publish.mjs');
      const { stdout } = await run(process.execPath, [script, name, ...options], {
        cwd: folder,
        env: { ...process.env, TESTED_SHA256: checksumsOf(packed) },
      });
      return stdout.trim().split('\n');
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
