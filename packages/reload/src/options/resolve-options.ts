import { readFileSync, realpathSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import * as v from 'valibot';
import { closestWord } from '@live-online/internal/closest-word';
import { problemsOfIssues } from '@live-online/internal/option-problems';
import { withoutUndefined } from '@live-online/internal/records';
import { DEFAULT_DEBOUNCE_MS } from '../core/write-in-progress.ts';
import { folderIsFile, optionsInvalid } from '../errors.ts';
import { findPath, findWatchRoots, isExclusion } from './watch-roots.ts';
import type { SyncParts } from '../sync/sync-message.ts';
import type { ExecOption, ReloadServerOptions, ResolvedReloadServerOptions, Source } from './options.ts';

const text = (message: string): v.GenericSchema<string> => v.pipe(v.string(message), v.nonEmpty(message));
const flag = (): v.GenericSchema<boolean> => v.boolean('must be true or false');
const integer = (min: number, max: number, unit = ''): v.GenericSchema<number> => {
  const message = `must be an integer from ${min} to ${max}${unit}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message));
};
const list = (item: v.GenericSchema<string>): v.GenericSchema<string[]> => v.array(item, 'must be a list');

const HOST = 'must be a host name without a scheme or port, such as box.lan';
const ORIGIN = 'must be an origin such as http://localhost:3000';
const NO_ORIGIN =
  'must not be "null", the origin of pages from disk and of sandboxed frames of any site: serve the pages over HTTP, and allow that origin';
const PREFIX = 'must be a path without a query, such as /api';
const HEADER_NAME = 'is not the name of a header that can be set for all responses';
const HEADER_VALUE = 'must be the value of a header, such as "same-origin"';
/** Headers that describe one message or its connection. */
const OF_ONE_MESSAGE =
  /^(connection|content-(encoding|length|range|type)|date|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i;
const PROXY = 'must be the URL of a backend without a path, such as http://localhost:8000';
const COMMAND = 'must be a command line, such as npm run build';

const PEM = 'must be PEM, or the path of a file with it';
const pem = v.pipe(
  v.string(PEM),
  v.nonEmpty(PEM),
  v.transform(readPem),
  v.check(isPem, ({ input }) => `${PEM}: ${input}`),
);
const httpsSchema = v.union(
  [
    v.boolean(),
    v.pipe(
      v.strictObject({ key: pem, cert: pem }),
      v.check(isKeyPair, 'must be a key and the certificate that belongs to it'),
    ),
  ],
  'must be true, false, or an object with key and cert',
);

const SYNC = 'must be true, false, or some of scroll, clicks, fields and navigation';
const ALL_PARTS: SyncParts = { scroll: true, clicks: true, fields: true, navigation: true };
const part = () => v.optional(flag(), false);

/** The port that clients of LiveReload use if they know no other. */
const LIVERELOAD_PORT = 35_729;

const backend = (): v.GenericSchema<string | URL, URL> =>
  v.pipe(
    v.union([v.string(), v.instance(URL)], PROXY),
    v.check((value) => isBackend(String(value)), PROXY),
    v.transform((value) => new URL(String(value))),
  );

const schema = v.strictObject(
  {
    folder: v.optional(text('must be the path of a folder')),
    proxy: v.optional(backend()),
    routes: v.optional(
      v.record(
        v.pipe(v.string(), v.regex(/^\/[^?#\s]*$/, PREFIX)),
        backend(),
        'must be an object of prefixes and URLs',
      ),
      {},
    ),
    headers: v.optional(
      v.record(
        v.pipe(
          v.string(),
          v.check((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && !OF_ONE_MESSAGE.test(name), HEADER_NAME),
        ),
        v.pipe(v.string(HEADER_VALUE), v.regex(/^[\t\x20-\x7e\x80-\xff]*$/, HEADER_VALUE)),
        'must be an object of names and values',
      ),
      {},
    ),
    watch: v.optional(list(text('must be the path of a folder or a file, or a glob')), []),
    allow: v.optional(list(text('must be the path of a folder')), []),
    serve: v.optional(flag(), true),
    spa: v.optional(flag(), false),
    directoryListing: v.optional(flag(), false),
    port: v.optional(integer(0, 65_535)),
    strictPort: v.optional(flag()),
    host: v.optional(text('must be a host name or an address'), 'localhost'),
    allowedHosts: v.optional(
      list(v.pipe(v.string(HOST), v.regex(/^(\*\.)?[\w.-]+$|^\[?[\da-f:.]+\]?$/i, HOST))),
      [],
    ),
    allowedOrigins: v.optional(
      list(
        v.pipe(
          v.string(ORIGIN),
          // In the form in which browsers send it.
          v.transform((origin) => origin.replace(/\/$/, '').toLowerCase()),
          v.check((origin) => origin === 'null' || isOrigin(origin), ORIGIN),
          v.check((origin) => origin !== 'null', NO_ORIGIN),
        ) as v.GenericSchema<string>,
      ),
      [],
    ),
    ignore: v.optional(list(text('must be a glob')), []),
    poll: v.optional(flag(), false),
    debounceMs: v.optional(integer(1, 60_000, ' (ms)'), DEFAULT_DEBOUNCE_MS),
    reloadOnly: v.optional(flag(), false),
    revalidate: v.optional(flag(), true),
    rewrite: v.optional(flag(), true),
    exec: v.optional(
      v.array(
        v.strictObject(
          {
            command: text(COMMAND),
            on: v.optional(list(text('must be a glob, such as src/**'))),
          },
          ({ expected }) =>
            expected === 'never'
              ? 'is an unknown option'
              : expected === 'Object'
                ? 'must be an object with a command'
                : COMMAND,
        ),
        'must be a list of commands, such as [{ command: "npm run build" }]',
      ),
      [],
    ) as v.GenericSchema<ExecOption[] | undefined, ExecOption[]>,
    serveCommand: v.optional(text(COMMAND)),
    scriptErrors: v.optional(flag(), false),
    https: v.optional(httpsSchema, false),
    slow: v.optional(v.picklist(['slow-3g', '3g', '4g'], 'must be slow-3g, 3g or 4g')),
    livereload: v.optional(
      v.pipe(
        v.union([flag(), integer(0, 65_535)], 'must be true, false, or a port'),
        v.transform((value): number | false => (value === true ? LIVERELOAD_PORT : value)),
      ),
      false,
    ),
    sync: v.optional(
      v.pipe(
        v.union(
          [flag(), v.strictObject({ scroll: part(), clicks: part(), fields: part(), navigation: part() })],
          SYNC,
        ),
        v.transform((value): SyncParts | false => (value === true ? ALL_PARTS : value)),
      ),
      false,
    ),
    cacheFolder: v.optional(text('must be the path of a folder')),
  },
  ({ expected, path }) => (expected === 'never' ? describeUnknown(path) : 'must be an object'),
);

function describeUnknown(path: readonly { key: unknown }[] = []): string {
  const meant = closestWord(String(path[0]?.key), Object.keys(schema.entries));
  return `is an unknown option${meant === undefined ? '' : `: did you mean ${meant}?`}`;
}

/**
 * Merges options with their defaults, validates them, and checks that the folders exist.
 *
 * @throws ReloadServerError `options-invalid` with all mistakes; `folder-missing`
 */
export function resolveOptions(options: ReloadServerOptions): ResolvedReloadServerOptions {
  const result = v.safeParse(schema, withoutUndefined(options));
  if (!result.success) throw optionsInvalid(problemsOfIssues(result.issues));
  const { folder, proxy, routes, serve, ...rest } = result.output;
  const watch = [...result.output.watch, ...globsOf(rest.exec)];
  if (folder === undefined && watch.every(isExclusion)) {
    throw optionsInvalid([
      proxy
        ? { path: 'watch', message: 'must name the source files of the backend, such as src' }
        : { path: '', message: 'nothing to watch: name a folder to serve, or paths to watch' },
    ]);
  }
  if (proxy && !serve) {
    throw optionsInvalid([{ path: 'proxy', message: 'cannot be combined with serve: false (--no-serve)' }]);
  }
  if (rest.serveCommand !== undefined && !proxy) {
    const message = 'starts a backend: name its URL with proxy (--proxy)';
    throw optionsInvalid([{ path: 'serveCommand', message }]);
  }
  if (Object.keys(routes).length > 0 && (!serve || (!proxy && folder === undefined))) {
    throw optionsInvalid([{ path: 'routes', message: 'requires a folder to serve, or proxy' }]);
  }
  const allow = rest.allow.map((path) => realpathSync(findFolder(path)));
  const folders = folder === undefined ? [] : [findFolder(folder, rest.exec[0]?.command)];
  const { roots, filter } = findWatchRoots([...folders, ...allow], watch);
  const source: Source = !serve
    ? { kind: 'none' }
    : proxy
      ? { kind: 'proxy', target: proxy }
      : folder === undefined
        ? { kind: 'none' }
        : { kind: 'folder', folder: folders[0]! };
  return {
    ...rest,
    allow,
    source,
    routes: Object.entries(routes).map(([prefix, target]) => ({ prefix, target })),
    roots,
    filter,
    port: rest.port ?? (source.kind === 'none' ? 8081 : 8080),
    strictPort: rest.strictPort ?? source.kind === 'none',
    cacheFolder: rest.cacheFolder,
    serveCommand: rest.serveCommand,
    slow: rest.slow,
  };
}

/** The files that commands depend on are watched. */
function globsOf(exec: readonly ExecOption[]): string[] {
  return exec.flatMap(({ on = [] }) => on).filter((glob) => !isExclusion(glob));
}

/** @param command what may make the folder */
function findFolder(folder: string, command?: string): string {
  const path = findPath(folder, command);
  if (!statSync(path).isDirectory()) throw folderIsFile(folder);
  return path;
}

function isBackend(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, pathname, search, username, password } = new URL(address);
  return (
    /^https?:$/.test(protocol) && pathname === '/' && search === '' && username === '' && password === ''
  );
}

function isPem(value: string): boolean {
  return value.includes('-----BEGIN ');
}

/** A text in PEM format, or the one of its file. If there is none, the text says why. */
function readPem(value: string): string {
  if (isPem(value)) return value;
  try {
    const content = readFileSync(value, 'latin1');
    return isPem(content) ? content : `${value} is another file`;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return `${value} ${isMissing ? 'does not exist' : 'cannot be read'}`;
  }
}

function isKeyPair(pair: { key: string; cert: string }): boolean {
  // What is not PEM has been reported.
  if (!isPem(pair.key) || !isPem(pair.cert)) return true;
  try {
    createSecureContext(pair);
    return true;
  } catch {
    return false;
  }
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text;
}
