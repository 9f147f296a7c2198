import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import envPaths from 'env-paths';

/** What is kept of a project between two starts, in the user's own cache folder. */
export interface ProjectCache {
  /** What pages of this project show to come in. The same after a restart, so that open pages find back. */
  token: string;
  /** Where the index of the content may be kept; `undefined` where nothing can be written. */
  contentFile: string | undefined;
}

const TOKEN = /^[\w-]{32}$/;

/**
 * Opens the cache of the project that is known by `key`, such as the folders that are watched.
 *
 * @param folder where to keep it instead of in the user's cache folder.
 */
export function openProjectCache(
  key: string,
  folder: string | undefined,
  onWarning: (text: string) => void,
): ProjectCache {
  const name = createHash('sha256').update(key).digest('base64url').slice(0, 20);
  const home = join(folder ?? envPaths('live-online-reload', { suffix: '' }).cache, name);
  try {
    // Nobody else on this machine may read the token.
    mkdirSync(home, { recursive: true, mode: 0o700 });
    // One that was there already may be open to others, or theirs.
    chmodSync(home, 0o700);
    return { token: readToken(join(home, 'token')), contentFile: join(home, 'content') };
  } catch (error) {
    const { message } = error as Error;
    onWarning(`nothing can be kept in ${home} (${message}): pages have to be opened anew after a restart`);
    return { token: randomToken(), contentFile: undefined };
  }
}

function readToken(file: string): string {
  const token = randomToken();
  try {
    // Two servers of one project that start together agree on whoever was first.
    writeFileSync(file, token, { flag: 'wx', mode: 0o600 });
    return token;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const kept = readFileSync(file, 'latin1');
  if (TOKEN.test(kept)) return kept;
  writeFileSync(file, token, { mode: 0o600 });
  return token;
}

function randomToken(): string {
  return randomBytes(24).toString('base64url');
}
