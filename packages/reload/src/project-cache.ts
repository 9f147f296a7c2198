import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import envPaths from 'env-paths';

/** What is stored of a project between two starts, in the user's own cache folder. */
export interface ProjectCache {
  /** The secret by which pages of this project connect. The same after a restart, so that open pages reconnect. */
  token: string;
  /** The file for the index of the watched files; `undefined` if nothing can be written. */
  indexFile: string | undefined;
}

/** The folder for everything that the tool stores. */
export function cacheRoot(folder: string | undefined): string {
  return folder ?? envPaths('live-online-reload', { suffix: '' }).cache;
}

const TOKEN = /^[\w-]{32}$/;

/**
 * Opens the cache of the project with this `key`, such as the watched folders.
 *
 * @param folder the folder to use instead of the user's cache folder.
 */
export function openProjectCache(
  key: string,
  folder: string | undefined,
  onWarning: (text: string) => void,
): ProjectCache {
  const name = createHash('sha256').update(key).digest('base64url').slice(0, 20);
  const home = join(cacheRoot(folder), name);
  try {
    // Other users of this machine must not read the token.
    mkdirSync(home, { recursive: true, mode: 0o700 });
    // An existing folder may be open to other users, or be theirs.
    chmodSync(home, 0o700);
    return { token: readToken(join(home, 'token')), indexFile: join(home, 'content') };
  } catch (error) {
    const { message } = error as Error;
    onWarning(`nothing can be stored in ${home} (${message}): open pages cannot reconnect after a restart`);
    return { token: randomToken(), indexFile: undefined };
  }
}

function readToken(file: string): string {
  const token = randomToken();
  try {
    // If two servers of one project start together, both use the token of the first.
    writeFileSync(file, token, { flag: 'wx', mode: 0o600 });
    return token;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const stored = readFileSync(file, 'latin1');
  if (TOKEN.test(stored)) return stored;
  writeFileSync(file, token, { mode: 0o600 });
  return token;
}

function randomToken(): string {
  return randomBytes(24).toString('base64url');
}
