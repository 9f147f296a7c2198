import { isDotfile } from './dotfiles.ts';

/** What a request asks for, as the names of folders and a file; or why it cannot be read. */
export type UrlPath =
  | { ok: true; segments: string[]; trailingSlash: boolean }
  | { ok: false; status: 400 | 404; problem: string };

/**
 * Reads the path of a request's target, decoding it once. [R8]
 *
 * @param target as it stands in the request line: `/a%20b/?q`, or a whole address.
 * @param windows whether names have spellings that only Windows takes for others.
 */
export function readUrlPath(target: string, windows: boolean): UrlPath {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0]!;
  if (path === '' && target !== '') return { ok: true, segments: [], trailingSlash: true };
  if (!path.startsWith('/')) return refuse(400, 'the address must begin with a slash');
  const parts = path.slice(1).split('/');
  const trailingSlash = parts.at(-1) === '';
  if (trailingSlash) parts.pop();
  const segments: string[] = [];
  for (const part of parts) {
    const name = decode(part);
    if (name === undefined) return refuse(400, 'the address cannot be decoded');
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
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\x00-\x1f\x7f]/.test(name)) return refuse(400, 'the address holds a control character');
  if (/[/\\]/.test(name)) return refuse(400, 'the address holds an encoded separator');
  if (name === '.' || name === '..') return refuse(400, 'the address climbs');
  if (name === '') return refuse(404, 'the address holds an empty name');
  if (isDotfile(name)) return refuse(404, 'names that begin with a dot are not served');
  if (windows && /[:<>"|?*]|[. ]$|~\d|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name)) {
    return refuse(404, 'there is no such file');
  }
  return undefined;
}

function refuse(status: 400 | 404, problem: string): UrlPath {
  return { ok: false, status, problem };
}
