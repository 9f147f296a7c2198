import { createServer } from 'node:http';
import { readdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenOn } from '@live-online/internal/http/listen-on';
import { describeDiagnosis, describeFinding } from '../../src/cli/describe-finding.ts';
import { checkCertificate, openCheckedKeyPair } from '../../src/doctor/check-certificate.ts';
import { runDoctor } from '../../src/doctor/run-doctor.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { openKeyPair } from '../../src/http/certificate.ts';
import type { ReloadServerOptions } from '../../src/options/options.ts';
import { resolveOptions } from '../../src/options/resolve-options.ts';
import { makeFolder } from '../helpers/reload-server.ts';

/** Runs all checks, without a browser. */
async function diagnose(options: ReloadServerOptions, page?: string) {
  const cacheFolder = makeFolder().folder;
  const findings: Finding[] = [];
  await runDoctor({
    options: { port: 0, ...options, cacheFolder },
    page,
    path: '',
    signal: new AbortController().signal,
    onFinding: (finding) => findings.push(finding),
  });
  // It deletes what it has written.
  expect(readdirSync(cacheFolder)).toEqual([]);
  const problems = findings.filter(({ state }) => state === 'problem').map(({ check }) => check);
  return { findings, problems, checks: [...new Set(findings.map(({ check }) => check))] };
}

describe('--doctor', () => {
  it('[R31] of a served folder finds no problem where there is none, and reaches the page', async () => {
    const { folder } = makeFolder({
      'index.html': '<!doctype html><link rel=stylesheet href=a.css>',
      'a.css': '',
    });
    const { findings, problems, checks } = await diagnose({ folder });
    expect(problems).toEqual([]);
    expect(checks).toEqual(['watching', 'port', 'page', 'browser', 'policy', 'worker', 'files']);
    expect(findings).toContainEqual(
      expect.objectContaining({
        check: 'browser',
        state: 'ok',
        text: expect.stringContaining('an update arrives'),
      }),
    );
  });

  it('[R31] checks the first page of a folder without an index', async () => {
    const { folder } = makeFolder({ 'b c.html': '<!doctype html><h1>x' });
    const { findings } = await diagnose({ folder });
    expect(findings).toContainEqual(
      expect.objectContaining({ text: 'The page /b%20c.html contains the client.' }),
    );
  });

  it('[R31] of a backend finds what hides a save', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/') {
        response.setHeader('Content-Type', 'text/html');
        return response.end(
          `<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'"><script src="/a.js"></script>`,
        );
      }
      response.setHeader('Cache-Control', 'immutable');
      return response.end('navigator.serviceWorker.register("/sw.js")');
    });
    onTestFinished(() => void server.close());
    const port = await listenOn(server, { host: '127.0.0.1', port: 0 });
    const { problems, findings } = await diagnose({
      proxy: `http://127.0.0.1:${port}`,
      watch: [makeFolder({ 'a.js': '' }).folder],
      revalidate: false,
      ignore: ['a.js'],
    });
    expect(new Set(problems)).toEqual(new Set(['caching', 'policy', 'files']));
    expect(findings).toContainEqual(expect.objectContaining({ check: 'worker', state: 'note' }));
  });

  it('[R31] checks the page that is named, at the backend that serves it, over HTTPS', async () => {
    const requested: string[] = [];
    const server = createServer((request, response) => {
      requested.push(request.url!);
      if (request.url !== '/shop/list?a=b') response.statusCode = 500;
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><h1>shop');
    });
    onTestFinished(() => void server.close());
    const port = await listenOn(server, { host: '127.0.0.1', port: 0 });
    const routes = { '/shop': `http://127.0.0.1:${port}`, '/': 'http://127.0.0.1:1' };
    const { folder } = makeFolder({ 'index.html': '' });
    const { findings, problems, checks } = await diagnose(
      { folder, routes, https: true },
      'https://localhost:8080/shop/list?a=b',
    );
    expect(problems).toEqual([]);
    expect(checks.slice(0, 6)).toEqual(['watching', 'port', 'https', 'backend', 'page', 'browser']);
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'https', text: expect.stringContaining('DNS:localhost') }),
    );
    expect(findings).toContainEqual(
      expect.objectContaining({ text: 'The page /shop/list contains the client.' }),
    );
    expect(new Set(requested)).toEqual(new Set(['/shop/list?a=b']));
  });

  it('[R31] checks the certificate that a start would use', async () => {
    const cacheFolder = makeFolder().folder;
    const options = resolveOptions({ folder: makeFolder().folder, https: true, cacheFolder });
    const stored = await openKeyPair({ ...options, cacheRoot: cacheFolder }, () => {});
    const checked = (await openCheckedKeyPair(options, makeFolder().folder))!;
    expect(checked.cert).toBe(stored!.cert);
    expect(checkCertificate(checked)).toMatchObject([{ check: 'https', state: 'ok' }]);
    const inTwoYears = Date.now() + 800 * 86_400_000;
    expect(checkCertificate(checked, inTwoYears)).toMatchObject([{ check: 'https', state: 'problem' }]);
  });

  it('[R31] of a backend that is down names it, and ends', async () => {
    const { problems, checks } = await diagnose({
      proxy: 'http://127.0.0.1:1',
      watch: [makeFolder().folder],
    });
    expect(problems).toEqual(['backend']);
    expect(checks).toEqual(['watching', 'port', 'backend']);
  });

  it('[R31] with --no-serve checks the script and the socket', async () => {
    const { problems, checks } = await diagnose({ folder: makeFolder({ 'a.css': '' }).folder, serve: false });
    expect([problems, checks]).toEqual([[], ['watching', 'port', 'browser']]);
  });

  it('[R31] prints one line for each finding, and one for what to do', () => {
    const finding: Finding = { check: 'page', state: 'problem', text: 'a\u001b[2J', advice: 'Do it.' };
    expect(describeFinding(finding)).toMatch(/PROBLEM.* a\\u001b\[2J\n {9}→ Do it\.$/);
    expect(describeFinding({ check: 'page', state: 'ok', text: 'Fine.' })).toMatch(/ok.*Fine\.$/);
    expect(describeDiagnosis(0)).toContain('No problem found.');
    expect([describeDiagnosis(1), describeDiagnosis(2)]).toEqual([
      '\n1 problem found.',
      '\n2 problems found.',
    ]);
  });
});
