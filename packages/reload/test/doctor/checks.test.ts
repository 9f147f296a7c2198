import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenOn } from '@live-online/internal/http/listen-on';
import { checkBackend } from '../../src/doctor/check-backend.ts';
import { checkFiles } from '../../src/doctor/check-files.ts';
import { checkCaching, checkPolicy, checkWorker } from '../../src/doctor/check-headers.ts';
import { checkPort } from '../../src/doctor/check-port.ts';
import { checkWatching, type EventOutcome } from '../../src/doctor/check-watching.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { readPageParts } from '../../src/doctor/page-parts.ts';
import type { Answer } from '../../src/doctor/read-url.ts';
import type { ResolvedReloadServerOptions } from '../../src/options/options.ts';
import { makeFolder } from '../helpers/reload-server.ts';

const URL_OF_PAGE = new URL('http://localhost:8080/docs/');
const answer = (path: string, headers: Answer['headers'] = {}, body = ''): Answer => ({
  url: new URL(path, URL_OF_PAGE),
  status: 200,
  headers,
  body,
});
const summary = (findings: readonly Finding[]): string[] =>
  findings.map(({ state, text }) => `${state}: ${text}`);

describe('the parts of a page', () => {
  it('[R31] are its own files, inline scripts and policies in <meta>', () => {
    const html = `<!doctype html><meta http-equiv=Content-Security-Policy content="script-src 'self'">
      <link rel="stylesheet" href="../a.css"><link rel=canonical href=/b><script src="/c.js#x"></script>
      <script>one()</script><img src=d.png><img src="https://cdn.example/e.png"><img src="http://[">`;
    const { files, inlineScripts, metaPolicies } = readPageParts(html, URL_OF_PAGE);
    expect(files.map(({ pathname }) => pathname)).toEqual(['/a.css', '/c.js', '/docs/d.png']);
    expect([inlineScripts, metaPolicies]).toEqual([['one()'], ["script-src 'self'"]]);
  });
});

describe('caching, policies and workers', () => {
  it.each([
    [{ 'cache-control': 'public, max-age=3600' }],
    [{ 'cache-control': 'immutable' }],
    [{ expires: new Date(Date.now() + 60_000).toUTCString() }],
  ])('[R31] %j is a problem only with --keep-caching', (headers) => {
    const answers = [answer('/a.js', headers), answer('/b.js', headers), answer('/c.js')];
    expect(checkCaching(answers, true)).toMatchObject([{ state: 'ok' }]);
    const [finding] = checkCaching(answers, false);
    expect(finding).toMatchObject({ state: 'problem', text: expect.stringContaining('/a.js and 1 more') });
  });

  it.each([
    [{ 'cache-control': 'no-cache, max-age=60' }],
    [{ 'cache-control': 'max-age=0' }],
    [{ expires: '0' }],
  ])('[R31] %j lets browsers keep nothing', (headers) => {
    expect(checkCaching([answer('/a.js', headers)], false)).toMatchObject([{ state: 'ok' }]);
  });

  it.each([
    ["default-src 'self'", 'ok'],
    ["script-src 'self' https:; connect-src *", 'ok'],
    ['img-src https:', 'ok'],
    ["default-src 'none'", 'problem'],
    ["default-src 'self'; connect-src https://api.example", 'problem'],
  ])('[R31] the policy %s in a <meta> is: %s', (policy, state) => {
    const parts = { files: [], inlineScripts: [], metaPolicies: [policy] };
    expect(checkPolicy(false, parts)).toMatchObject([{ state }]);
  });

  it('[R31] names the scripts that register a service worker', () => {
    const parts = {
      files: [],
      metaPolicies: [],
      inlineScripts: ['navigator.serviceWorker?.register("/sw.js")'],
    };
    const scripts = [answer('/a.js', {}, 'navigator.serviceWorker\n.register(x)'), answer('/b.js')];
    expect(summary(checkWorker(parts, scripts))).toEqual([
      expect.stringMatching(/^note: .* by a script in the page and 1 more\./),
    ]);
    expect(checkWorker({ ...parts, inlineScripts: [] }, [])).toMatchObject([{ state: 'ok' }]);
  });
});

describe('the files of a page', () => {
  const check = (folder: string, served: boolean, paths: string[], ignore: string[] = []): string[] =>
    summary(
      checkFiles(
        {
          source: served ? { kind: 'folder', folder } : { kind: 'proxy', target: URL_OF_PAGE },
          roots: [folder],
          ignore,
          filter: undefined,
        },
        paths.map((path) => new URL(path, URL_OF_PAGE)),
      ),
    );
  const files = { '.gitignore': 'dist', 'dist/app.js': '', 'public/a b.css': '' };

  it('[R31] are a problem if --ignore matches them', () => {
    const { folder } = makeFolder(files);
    expect(check(folder, true, ['/dist/app.js'], ['dist/**'])).toEqual([
      'problem: The page loads /dist/app.js, and --ignore matches dist/app.js.',
    ]);
  });

  it('[R31] of a backend are a problem if .gitignore names them, and a note if they are nowhere', () => {
    const { folder } = makeFolder(files);
    mkdirSync(join(folder, '.git'));
    const found = check(folder, false, ['/static/dist/app.js', '/a%20b.css', '/x.js', '/y.js']);
    expect(found).toEqual([
      expect.stringMatching(/^problem: .* dist\/app\.js is not watched: \.gitignore names it/),
      'note: No watched folder contains /x.js and 1 more, which the page loads.',
    ]);
  });

  it('[R31] of a served folder are watched, whatever .gitignore names', () => {
    const { folder } = makeFolder(files);
    expect(check(folder, true, ['/dist/app.js'])).toEqual([expect.stringMatching(/^ok/)]);
    expect(check(folder, true, ['/none.js', '/%'])).toEqual([
      expect.stringMatching(/^note: .*does not exist/),
    ]);
  });
});

describe('watching', () => {
  const check = (outcomes: EventOutcome[], network?: string): Promise<Finding[]> => {
    const { folder } = makeFolder({ 'a/b.txt': '' });
    return checkWatching({
      roots: [folder],
      ignore: [],
      filter: undefined,
      poll: false,
      scratch: folder,
      waitForEvent: async () => outcomes.shift()!,
      describeNetwork: () => network,
    });
  };

  it.each<[EventOutcome[], string | undefined, Finding['state'][]]>([
    [['silence'], undefined, ['problem']],
    [['event', 'silence'], undefined, ['problem', 'ok']],
    [['event', 'denied'], undefined, ['note', 'ok']],
    [['event', 'event'], 'on nfs', ['note', 'ok']],
  ])('[R31] with %j on the file system "%s" it finds %j', async (outcomes, network, states) => {
    expect((await check(outcomes, network)).map(({ state }) => state)).toEqual(states);
  });

  it('[R31] finds that the system reports changes', async () => {
    const { folder } = makeFolder({ 'a/b.txt': '' });
    const options = {
      roots: [folder],
      ignore: [],
      filter: undefined,
      poll: false,
      scratch: makeFolder().folder,
    };
    expect(summary(await checkWatching(options))).toEqual([
      `ok: The system reports changes in ${folder}.`,
      expect.stringMatching(/^ok: 2 folders are watched/),
    ]);
  });
});

describe('the port and the backend', () => {
  async function listen(type: string): Promise<number> {
    const server = createServer((_request, response) => response.setHeader('Content-Type', type).end('x'));
    onTestFinished(() => void server.close());
    return listenOn(server, { host: '127.0.0.1', port: 0 });
  }

  it('[R31] a port in use is a note, and a problem with --strict-port', async () => {
    const port = await listen('text/plain');
    const of = (strictPort: boolean): Promise<Finding[]> =>
      checkPort({ host: 'localhost', port, strictPort, https: false, source: { kind: 'none' }, routes: [] });
    expect(await of(false)).toMatchObject([
      { state: 'note', text: `Port ${port} is used by another program.` },
    ]);
    expect(await of(true)).toMatchObject([{ state: 'problem' }]);
  });

  it.each(['source', 'route'])(
    '[R31] the port of a backend (%s) is not free before the backend listens',
    async (kind) => {
      const target = new URL('http://localhost:8080');
      const backend: Pick<ResolvedReloadServerOptions, 'source' | 'routes'> =
        kind === 'source'
          ? { source: { kind: 'proxy', target }, routes: [] }
          : { source: { kind: 'none' }, routes: [{ prefix: '/api', target }] };
      const of = (strictPort: boolean): Promise<Finding[]> =>
        checkPort({ host: 'localhost', port: 8080, strictPort, https: false, ...backend });
      const text = 'Port 8080 is the port of the backend http://localhost:8080.';
      expect(await of(false)).toMatchObject([
        { state: 'note', text, advice: expect.stringContaining('the next free port') },
      ]);
      expect(await of(true)).toMatchObject([
        { state: 'problem', text, advice: 'Choose another port with --port.' },
      ]);
    },
  );

  it('[R31] names the address on which the backend accepts connections, and what it answers', async () => {
    const port = await listen('text/plain');
    const { findings, page } = await checkBackend(new URL(`http://localhost:${port}`));
    expect(summary(findings)).toEqual([
      `ok: The backend accepts connections on 127.0.0.1, port ${port}.`,
      'note: The backend answers / with text/plain, which is no HTML.',
    ]);
    expect(page).toMatchObject({ status: 200, body: 'x' });
  });

  it('[R31] a backend that is down, or has an unknown name, is a problem', async () => {
    const server = createServer();
    const port = await listenOn(server, { host: '127.0.0.1', port: 0 });
    await new Promise((resolve) => server.close(resolve));
    const { findings } = await checkBackend(new URL(`http://127.0.0.1:${port}`));
    expect(findings).toMatchObject([
      { state: 'problem', text: `Nothing listens on 127.0.0.1, port ${port}.` },
    ]);
  });
});
