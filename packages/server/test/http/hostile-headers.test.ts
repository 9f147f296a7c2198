import { describe, expect, it } from 'vitest';
import { readWidgetScript } from '../../src/io/http/widget-script.ts';
import { ADMIN_TOKEN } from '../helpers/api.ts';
import { startCounter } from '../helpers/counter.ts';
import { sendHttp } from '../helpers/send-http.ts';

/** What a client, or a cache in front of the server, may add to a request. */
const HOSTILE = [
  'X-Forwarded-Host: attacker.example',
  'X-Forwarded-Proto: https',
  'X-Forwarded-Prefix: /attacker',
  'X-Forwarded-Port: 666',
  'X-Forwarded-Server: attacker.example',
  'X-Forwarded-For: 192.0.2.66',
  'Forwarded: for=192.0.2.66;host=attacker.example;proto=https',
  'X-Host: attacker.example',
  'X-Original-URL: /attacker',
  'X-Rewrite-URL: /attacker',
  'X-Original-Host: attacker.example',
  'X-HTTP-Method-Override: DELETE',
  'Accept: text/attacker',
  'Accept-Language: attacker',
  'User-Agent: "><script>attacker</script>',
  'Referer: https://attacker.example/',
  'Origin: https://attacker.example',
  'Cookie: live_online_session=attacker; attacker=1',
];
const PATHS = [
  '',
  'live-online.js',
  'live-online.more.js',
  readWidgetScript().immutableName,
  'live-online.0123456789abcdef.js',
  'healthz',
  'readyz',
  'embed',
  'pages/embed.js',
  'pages/preview.html',
  'pages/sample.svg?number=3',
  'v1/openapi.json',
  'v1/sites/public.example',
  'v1/sites/public.example/pages',
  'v1/sites/public.example/history',
  'v1/sites/public.example/badge.svg',
  'v1/sites/public.example/badge.svg?label=%22%3E%3Cscript%3E',
  'v1/sites/public.example/badge.html',
  'v1/nothing',
  'dashboard',
  'dashboard/login',
  'dashboard/app.js',
  'nothing',
];

interface Answer {
  status: number;
  headers: Map<string, string>;
  text: string;
}

async function request(
  port: number,
  target: string,
  lines: string[] = [],
  host = 'count.example',
): Promise<Answer> {
  const head = [`GET ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...lines];
  const text = await sendHttp(port, `${head.join('\r\n')}\r\n\r\n`);
  const [first, ...rest] = text.split('\r\n\r\n', 1)[0]!.split('\r\n') as [string, ...string[]];
  const pairs = rest.map(
    (line) => [line.split(':', 1)[0]!.toLowerCase(), line.replace(/^[^:]*: ?/, '')] as const,
  );
  const headers = new Map(pairs.filter(([name]) => name !== 'date'));
  return { status: Number(first.split(' ')[1]), headers, text };
}

const startPublic = () =>
  startCounter({ adminToken: ADMIN_TOKEN, publicSites: ['public.example'], trustProxy: ['loopback'] });

describe('answers that a cache may store', () => {
  it('[C1] [SEC52] have nothing from the headers of a request, also behind a trusted proxy', async () => {
    const { port } = await startPublic();
    for (const path of PATHS) {
      const plain = await request(port, `/${path}`);
      const hostile = await request(port, `/${path}`, HOSTILE, 'attacker.example:666');
      expect([path, hostile.text.includes('attacker')]).toEqual([path, false]);
      const isStored = !/no-store|private/.test(hostile.headers.get('cache-control') ?? '');
      if (!isStored) continue;
      expect([path, hostile.status, [...hostile.headers]]).toEqual([path, plain.status, [...plain.headers]]);
      const bodyOf = ({ text }: Answer): string => text.slice(text.indexOf('\r\n\r\n'));
      expect(bodyOf(hostile)).toBe(bodyOf(plain));
    }
  });

  it('[C1] [SEC52] name in Vary what they depend on: the encoding, and for opt-out links the origin', async () => {
    const { port } = await startPublic();
    for (const path of ['', 'live-online.more.js', 'embed', 'pages/embed.js', 'dashboard/app.js']) {
      const answer = await request(port, `/${path}`, ['Accept-Encoding: gzip']);
      expect([path, answer.headers.get('content-encoding'), answer.headers.get('vary')]).toEqual([
        path,
        'gzip',
        'Accept-Encoding',
      ]);
    }
    const optOut = await request(port, '/opt-out', ['Origin: https://attacker.example']);
    expect([optOut.headers.get('vary'), optOut.headers.get('cache-control')]).toEqual(['Origin', 'no-store']);
  });

  it('[C1] [SEC52] a 304 belongs to the request, and has no other headers than the 200', async () => {
    const { port } = await startPublic();
    for (const path of [
      'live-online.more.js',
      'embed',
      'v1/sites/public.example/badge.svg',
      'v1/openapi.json',
    ]) {
      const plain = await request(port, `/${path}`);
      const etag = plain.headers.get('etag')!;
      const known = await request(
        port,
        `/${path}`,
        [...HOSTILE, `If-None-Match: ${etag}`],
        'attacker.example',
      );
      expect([path, known.status, known.text.includes('attacker')]).toEqual([path, 304, false]);
      for (const [name, value] of known.headers)
        expect([name, value]).toEqual([name, plain.headers.get(name)]);
    }
  });
});

describe('redirects', () => {
  it.each([
    '/dashboard',
    '/dashboard?//attacker.example',
    '//attacker.example/dashboard',
    '//attacker.example/dashboard/',
    '///attacker.example/dashboard',
    String.raw`/\attacker.example/dashboard`,
    '/%2f%2fattacker.example/dashboard',
    '/dashboard//attacker.example',
    '/dashboard/%0d%0aSet-Cookie:%20a=b',
    '/dashboard?%0d%0aLocation:%20//attacker.example',
    'http://attacker.example/dashboard',
    'http://attacker.example//dashboard/',
    '/live',
    '/live?//attacker.example',
    '/live?%0d%0aSet-Cookie:a=b',
    'http://attacker.example/live',
    '//attacker.example/live',
  ])('[D1] [SEC53] of %s stay on the server, and have no header from the address', async (target) => {
    const { port } = await startCounter({ adminToken: ADMIN_TOKEN });
    const below = await startCounter({ adminToken: ADMIN_TOKEN, path: '/live/' });
    for (const answer of [await request(port, target), await request(below.port, target)]) {
      expect(answer.headers.has('set-cookie')).toBe(false);
      const location = answer.headers.get('location');
      if (location === undefined) expect(answer.status).toBeGreaterThanOrEqual(400);
      else expect(new URL(location, 'http://count.example/dashboard').host).toBe('count.example');
    }
  });
});

describe('paths', () => {
  it.each([
    'dashboard/../package.json',
    'dashboard/..%2fpackage.json',
    'dashboard/%2e%2e/%2e%2e/package.json',
    String.raw`dashboard/..\..\package.json`,
    'dashboard/app.js/../login.html',
    'dashboard/index.html',
    'dashboard/login.html',
    'dashboard/app.js%00.html',
    'dashboard/constructor',
    'dashboard/__proto__',
    'pages/../../package.json',
    'pages/constructor',
    'pages/..%5c..%5cpackage.json',
    'v1/__proto__',
    'v1/constructor',
    'v1/sites/public.example/__proto__',
    'v1/sites/public.example/..%2f..%2f..%2fembed',
    'v1/../dashboard/index.html',
    '__proto__',
    'constructor',
    '__proto__/',
    'hasOwnProperty',
  ])('[B3] [D3] [SEC53] %s is no file and no property of an object', async (path) => {
    const { port } = await startPublic();
    const answer = await request(port, `/${path}`, [`Authorization: Bearer ${ADMIN_TOKEN}`]);
    expect([path, answer.status]).toEqual([path, 404]);
    expect(answer.text).not.toMatch(/<html|"version"|native code/);
  });
});

describe('long headers', () => {
  it.each([
    ['Accept-Encoding', 'gzip;q=0.1,'],
    ['Accept-Encoding', ' \t'],
    ['If-None-Match', '"a", W/'],
    ['If-None-Match', ' ,'],
    ['Cookie', 'live_online_session=9999999999999999.x; '],
    ['Cookie', '=;'],
    ['Authorization', 'Bearer '],
    ['Authorization', 'Bearer a='],
    ['Origin', 'http://a.'],
    ['Origin', 'a+'],
    ['Referer', 'http://a.b-'],
    ['X-Forwarded-For', '1.1.1.1,'],
    ['X-Forwarded-For', '[::1]:'],
    ['User-Agent', 'bot Mozilla/5.0 (compatible; '],
    ['User-Agent', 'aA0-_./'],
    ['Host', 'a.'],
  ])('[C11] [SEC53] %s of many "%s" takes no exponential time', async (name, part) => {
    const { port } = await startPublic();
    const line = `${name}: ${part.repeat(Math.floor(7_000 / part.length))}!`;
    for (const path of ['live-online.js', 'v1/sites', 'dashboard/', 'opt-out?token=1']) {
      const { status } = await request(
        port,
        `/${path}`,
        name === 'Host' ? [] : [line],
        name === 'Host' ? line.slice(6) : undefined,
      );
      expect([path, status > 0]).toEqual([path, true]);
    }
  });
});
