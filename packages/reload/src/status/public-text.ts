import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, resolve } from 'node:path';
import { realPathOf } from '../files/public-path.ts';
import { publicName } from '../files/shown-path.ts';

const ABSOLUTE = String.raw`(?:/|[A-Za-z]:[\\/])`;
/** In the message of a system error, a path is quoted. */
const QUOTED = new RegExp(`(?<=')${ABSOLUTE}[^']+(?=')`, 'g');
/** The path of an option is not quoted, and can contain spaces. */
const LAST_OPTION = new RegExp(`(?<=--allow )${ABSOLUTE}.+$`);
const WORD = new RegExp(String.raw`(?<=^|[\s!])${ABSOLUTE}[^\s'"(),;:]+`, 'g');

/**
 * Creates a function that replaces the absolute paths in a text for other devices. A path in one of the folders stays readable; of
 * any other one, only its last name is left. [R21]
 *
 * @param folders absolute paths that texts contain.
 */
export function createPathHider(folders: readonly string[]): (text: string) => string {
  const home = homedir();
  const all = [resolve(), home, ...folders].flatMap((folder) => [folder, realPathOf(folder) ?? folder]);
  const known = [...new Set(all)]
    // The root of the disk is the beginning of every path.
    .filter((folder) => basename(folder) !== '')
    .sort((one, other) => other.length - one.length)
    .map((folder) => folder.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
  const inKnown = new RegExp(String.raw`(?<![\w./\\-])(${known.join('|')})(?![\w-]|\.\w)([/\\]?)`, 'g');
  return (text) =>
    text
      .replaceAll(inKnown, (_, folder: string, separator: string) => {
        const name = folder === home ? '~' : publicName(folder);
        return name === '.' && separator !== '' ? '' : name + separator;
      })
      .replaceAll(QUOTED, hideFile)
      .replace(LAST_OPTION, (path) => basename(path))
      .replaceAll(WORD, hideFile);
}

/** Leaves paths of URLs as they are: the disk contains no such folder. */
function hideFile(path: string): string {
  const [top = path] = /^(?:[A-Za-z]:)?[\\/][^\\/]*/.exec(path) ?? [];
  return existsSync(top) ? basename(path) : path;
}
