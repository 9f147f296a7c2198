import { isRecord } from '@live-online/internal/records';

/** The files of a project, as far as its kind can be seen from them. */
export interface ProjectFiles {
  has: (path: string) => boolean;
  /** The text of a file; `undefined` if there is none. */
  read: (path: string) => string | undefined;
}

type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** A project with its package.json read. */
export interface Project extends ProjectFiles {
  packageManager: PackageManager;
  dependencies: ReadonlySet<string>;
  scripts: Readonly<Record<string, string>>;
  /** The file that its package.json names as `main`. */
  main: string | undefined;
  /** Those of these paths that exist. */
  existing: (...paths: string[]) => string[];
}

const LOCK_FILES: readonly (readonly [file: string, manager: PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
];

export function readProject(files: ProjectFiles): Project {
  const manifest = parse(files.read('package.json'));
  const names = ['dependencies', 'devDependencies'].flatMap((key) => Object.keys(record(manifest[key])));
  const scripts = Object.entries(record(manifest['scripts'])).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const lockFile = LOCK_FILES.find(([file]) => files.has(file));
  return {
    ...files,
    packageManager: lockFile?.[1] ?? 'npm',
    dependencies: new Set(names),
    scripts: Object.fromEntries(scripts),
    main: typeof manifest['main'] === 'string' ? manifest['main'] : undefined,
    existing: (...paths) => paths.filter(files.has),
  };
}

/** The command line that runs a script of package.json. */
export function runScript({ packageManager }: Pick<Project, 'packageManager'>, name: string): string {
  return name === 'start' ? `${packageManager} start` : `${packageManager} run ${name}`;
}

/** The command line that starts this tool. */
export function startTool({ packageManager, dependencies }: Project): string {
  const isInstalled = dependencies.has('@live-online/reload');
  const runners = isInstalled
    ? { npm: 'npx', pnpm: 'pnpm exec', yarn: 'yarn', bun: 'bunx' }
    : { npm: 'npx', pnpm: 'pnpm dlx', yarn: 'yarn dlx', bun: 'bunx' };
  return `${runners[packageManager]} ${isInstalled ? 'live-online-reload' : '@live-online/reload'}`;
}

function parse(text: string | undefined): Record<string, unknown> {
  try {
    return record(JSON.parse(text ?? '{}'));
  } catch {
    return {};
  }
}

function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
