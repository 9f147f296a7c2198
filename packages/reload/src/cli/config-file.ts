import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '@live-online/internal/command-line/read-settings';
import { isRecord } from '@live-online/internal/records';
import type { LilconfigResult } from 'lilconfig';

/** The settings of a project in a file. */
export interface ConfigFile {
  /** An absolute path. */
  path: string;
  /** Its name for messages. */
  name: string;
  /** Its values, with paths from the current folder. They are not validated. */
  values: Record<string, unknown>;
}

const NAME = 'live-online-reload.config';
/** The key of package.json. */
const KEY = 'liveOnlineReload';
/** Where a config is looked for, in this order. */
export const CONFIG_FILES: readonly string[] = [
  ...['js', 'mjs', 'ts', 'mts', 'json'].map((type) => `${NAME}.${type}`),
  'package.json',
];

/** The options that are a path, or a list of paths. */
const PATHS = ['folder', 'watch', 'allow', 'cacheFolder'];

/**
 * Reads the config file of a folder.
 *
 * @param file a file to read instead of the ones with the usual names
 * @throws UsageError if it cannot be read
 */
export async function readConfigFile(cwd: string, file?: string): Promise<ConfigFile | undefined> {
  const found = await load(cwd, file);
  if (!found || (file === undefined && found.config === undefined)) return undefined;
  const path = found.filepath;
  const name = nameOf(path, cwd);
  if (!isRecord(found.config)) {
    throw new UsageError(`${name} must ${/json$/.test(path) ? 'contain' : 'export by default'} an object`);
  }
  return { path, name, values: withPathsFrom(dirname(path), cwd, found.config) };
}

async function load(cwd: string, file: string | undefined): Promise<LilconfigResult> {
  const places = file === undefined ? placesIn(cwd) : [];
  if (file === undefined && places.length === 0) return null;
  const { lilconfig } = await import('lilconfig');
  const loaders = { '.js': importModule, '.mjs': importModule, '.ts': importModule, '.mts': importModule };
  const searcher = lilconfig(KEY, { searchPlaces: places, stopDir: cwd, loaders });
  try {
    if (file === undefined) return await searcher.search(cwd);
    const path = resolve(cwd, file);
    if (!existsSync(path)) throw new Error('it does not exist');
    return await searcher.load(path);
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    const name = file ?? places[0];
    if (code === 'ERR_UNKNOWN_FILE_EXTENSION') {
      throw new UsageError(
        `${name} cannot be read by this version of Node.js, which has no TypeScript: use ${NAME}.mjs`,
      );
    }
    if (error instanceof SyntaxError && /token 'export'|import statement/.test(message)) {
      const hint = `name it ${NAME}.${/ts$/.test(name!) ? 'mts' : 'mjs'}, or set "type": "module" in package.json`;
      throw new UsageError(
        `${name} cannot be read: it uses import or export, but is a CommonJS file: ${hint}`,
      );
    }
    throw new UsageError(`${name} cannot be read: ${message.split('\n')[0]}`);
  }
}

/** The usual names that exist. Most projects have no config: listing one folder is cheaper than opening five files. */
function placesIn(cwd: string): string[] {
  try {
    const entries = new Set(readdirSync(cwd));
    return CONFIG_FILES.filter((place) => entries.has(place));
  } catch {
    // Another user may have started the tool in a folder of their own, to serve one that this user may read.
    return CONFIG_FILES.filter((place) => existsSync(join(cwd, place)));
  }
}

async function importModule(path: string): Promise<unknown> {
  const { default: config } = (await import(pathToFileURL(path).href)) as { default?: unknown };
  // Without a value, another file with a usual name would be searched.
  return config ?? null;
}

function nameOf(path: string, cwd: string): string {
  const name = relative(cwd, path);
  return basename(path) === 'package.json' ? `${name} (${KEY})` : name;
}

/** Paths in the file are relative to the file. */
function withPathsFrom(base: string, cwd: string, config: Record<string, unknown>): Record<string, unknown> {
  if (base === cwd) return config;
  const values = { ...config };
  for (const key of PATHS) if (key in values) values[key] = fromBase(base, values[key]);
  if (isRecord(values['https'])) {
    // A text in PEM format has several lines.
    const isPath = (value: unknown): boolean => typeof value === 'string' && !value.includes('\n');
    const pair = Object.entries(values['https']);
    values['https'] = Object.fromEntries(
      pair.map(([key, value]) => [key, isPath(value) ? fromBase(base, value) : value]),
    );
  }
  if (Array.isArray(values['exec'])) {
    values['exec'] = values['exec'].map((command: unknown) =>
      isRecord(command) && 'on' in command ? { ...command, on: fromBase(base, command['on']) } : command,
    );
  }
  return values;
}

function fromBase(base: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => fromBase(base, item));
  if (typeof value !== 'string' || isAbsolute(value)) return value;
  return value.startsWith('!') ? `!${resolve(base, value.slice(1))}` : resolve(base, value);
}
