import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createReloadServer } from '../create-reload-server.ts';
import { SCRIPT_URL } from '../http/client-routes.ts';
import type { ReloadServerOptions, ResolvedReloadServerOptions, Source } from '../options/options.ts';
import { resolveOptions } from '../options/resolve-options.ts';
import { cacheRoot } from '../project-cache.ts';
import { isBelow } from '../serving/routed-pages.ts';
import { checkBackend } from './check-backend.ts';
import { checkBrowser } from './check-browser.ts';
import { checkCertificate, openCheckedKeyPair } from './check-certificate.ts';
import { checkFiles } from './check-files.ts';
import { checkCaching, checkPolicy, checkWorker } from './check-headers.ts';
import { checkPort } from './check-port.ts';
import { checkWatching } from './check-watching.ts';
import { ok, problem, type Finding } from './finding.ts';
import { readPageParts } from './page-parts.ts';
import { AS_DOCUMENT, readUrl, type Answer } from './read-url.ts';

export interface DoctorOptions {
  options: ReloadServerOptions;
  /** The path or the URL of the page that is checked; `undefined`: the first one. */
  page?: string | undefined;
  /** Where programs are searched: the variable `PATH`. */
  path: string | undefined;
  /** Ends all checks. */
  signal: AbortSignal;
  onFinding: (finding: Finding) => void;
}

/** How many files of a page are requested. */
const MAX_FILES = 30;

/**
 * Checks everything between a save and the page, with a server of its own on a free port.
 *
 * @throws ReloadServerError `options-invalid`; `folder-missing`
 */
export async function runDoctor({
  options,
  page: wanted,
  path,
  signal,
  onFinding,
}: DoctorOptions): Promise<void> {
  const resolved = resolveOptions(options);
  const report = (findings: readonly Finding[]): void => findings.forEach(onFinding);
  const scratch = makeScratch(resolved.cacheFolder);
  if (scratch === undefined) {
    const text = `Nothing can be written into ${cacheRoot(resolved.cacheFolder)}, the cache folder.`;
    return report([
      problem('watching', text, 'Make it writable, or set the environment variable XDG_CACHE_HOME.'),
    ]);
  }
  const warnings: string[] = [];
  const keyPair = await openCheckedKeyPair(resolved, scratch);
  const server = createReloadServer(
    forChecks(options, {
      cacheFolder: scratch,
      https: keyPair ? { key: keyPair.key, cert: keyPair.cert } : false,
    }),
  );
  server.on('warning', (text) => warnings.push(text));
  try {
    report(await checkWatching({ ...resolved, scratch }));
    report(await checkPort(resolved));
    if (keyPair) report(checkCertificate(keyPair));
    const { source } = resolved;
    const target = backendOf(resolved, wanted);
    const backend = target && (await checkBackend(target));
    if (backend) report(backend.findings);
    if (backend && !backend.page) return;
    const { url } = await server.listen();
    const start = new URL(wanted === undefined ? firstPage(source) : pathOfPage(wanted), url);
    const serves = source.kind !== 'none';
    const page = serves ? await readUrl(start, AS_DOCUMENT) : undefined;
    if (page) report(checkPage(page, warnings));
    report(await checkBrowser({ server, url: start, scratch, path, signal, serves }));
    if (page) report(await checkParts(resolved, backend?.page ?? page, backend !== undefined));
  } finally {
    await server.close();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** Listens on a free port of this machine, runs no command, and stores nothing in the project's cache. */
function forChecks(
  { exec = [], serveCommand: _, ...options }: ReloadServerOptions,
  own: { cacheFolder: string; https: false | { key: string; cert: string } },
): ReloadServerOptions {
  // The globs of commands are watched.
  const watch = [...(options.watch ?? []), ...exec.flatMap(({ on = [] }) => on)];
  const listen = { port: 0, strictPort: false, host: 'localhost' };
  return { ...options, ...listen, ...own, ...(watch.length > 0 && { watch }) };
}

/** Whether the page contains the client. */
function checkPage({ status, headers, body, url }: Answer, warnings: readonly string[]): Finding[] {
  if (body.includes(SCRIPT_URL)) return [ok('page', `The page ${url.pathname} contains the client.`)];
  const served = `The page ${url.pathname} (status ${status}, ${headers['content-type'] ?? 'no content type'})`;
  const why = warnings.length > 0 ? `: ${warnings.join('; ')}` : '.';
  return [
    problem(
      'page',
      `${served} does not contain the client${why}`,
      'Only HTML documents get it, and no fragments or downloads: send Content-Type: text/html.',
    ),
  ];
}

/** Checks a page as its source sends it, and the files that it loads. */
async function checkParts(
  resolved: ResolvedReloadServerOptions,
  page: Answer,
  isBackend: boolean,
): Promise<Finding[]> {
  const parts = readPageParts(page.body, page.url);
  const files = parts.files.filter(({ pathname }) => pathname !== SCRIPT_URL);
  const requested = await Promise.all(
    files.slice(0, MAX_FILES).map((file) => readUrl(file).catch(() => undefined)),
  );
  const answers = requested.filter((answer) => answer !== undefined);
  return [
    ...(isBackend ? checkCaching([page, ...answers], resolved.revalidate) : []),
    ...checkPolicy(page.headers['content-security-policy'] !== undefined, parts),
    ...checkWorker(parts, answers),
    ...checkFiles(resolved, files),
  ];
}

/** The path of the page that is checked: `/`, or the first HTML file of a folder without an index. */
function firstPage(source: Source): string {
  if (source.kind !== 'folder') return '/';
  const pages = readdirSync(source.folder).filter((name) => /\.html?$/i.test(name));
  return pages.length === 0 || pages.includes('index.html')
    ? '/'
    : `/${encodeURIComponent(pages.sort()[0]!)}`;
}

/** The path of a page with its query, without the origin: the checks use a server of their own. */
function pathOfPage(page: string): string {
  const { pathname, search } = new URL(page, 'http://localhost');
  return pathname + search;
}

/** The address of the page at its backend, if one serves it. The longest prefix counts. */
function backendOf({ source, routes }: ResolvedReloadServerOptions, page = '/'): URL | undefined {
  const path = pathOfPage(page);
  const { pathname } = new URL(path, 'http://localhost');
  const route = routes
    .filter(({ prefix }) => isBelow(pathname, prefix))
    .sort((a, b) => b.prefix.length - a.prefix.length)[0];
  const target = route?.target ?? (source.kind === 'proxy' ? source.target : undefined);
  return target && new URL(path, target.origin);
}

function makeScratch(cacheFolder: string | undefined): string | undefined {
  const home = cacheRoot(cacheFolder);
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    return mkdtempSync(join(home, 'doctor-'));
  } catch {
    return undefined;
  }
}
