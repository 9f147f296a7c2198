import { isDotfile } from './dotfiles.ts';

/** The names of folders and a file in a request's path; or why it cannot be read. */
export type UrlPath =
  | { ok: true; segments: string[]; trailingSlash: boolean }
  | { ok: false; status: 400 | 404; problem: string };

/**
 * Reads the path of a request's target, decoding it once. [R8]
 *
 * @param target from the request line: `/a%20b/?q`, or an absolute URL.
 * @param windows whether the file system is one of Windows, where different names may mean the same file.
 */
export function readUrlPath(target: string, windows: boolean): UrlPath {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0]!;
  if (path === '' && target !== '') return { ok: true, segments: [], trailingSlash: true };
  if (!path.startsWith('/')) return reject(400, 'the address must begin with a slash');
  const parts = path.slice(1).split('/');
  const trailingSlash = parts.at(-1) === '';
  if (trailingSlash) parts.pop();
  const segments: string[] = [];
  for (const part of parts) {
    const name = decode(part);
    if (name === undefined) return reject(400, 'the address cannot be decoded');
    const problem = problemOf(name, windows);
    if (problem) return problem;
    segments.push(name);
  }
  return { ok: true, segments, trailingSlash };
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function problemOf(name: string, windows: boolean): UrlPath | undefined {
  // eslint-disable-next-line no-control-regex -- it searches for these
  if (/[\x00-\x1f\x7f]/.test(name)) return reject(400, 'the address holds a control character');
  if (/[/\\]/.test(name)) return reject(400, 'the address holds an encoded separator');
  if (name === '.' || name === '..') return reject(400, 'the address climbs');
  if (name === '') return reject(404, 'the address holds an empty name');
  if (isDotfile(name)) return reject(404, 'names that begin with a dot are not served');
  if (windows && /[:<>"|?*]|[. ]$|~\d|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name)) {
    return reject(404, 'there is no such file');
  }
  return undefined;
}

function reject(status: 400 | 404, problem: string): UrlPath {
  return { ok: false, status, problem };
}
