import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FOLDERS, SECRET, useAttackedTools, type AttackedTool } from '../helpers/attacked-tools.ts';
import { FUZZ_TIMEOUT_MS, fuzzParameters } from '../../../../tests/helpers/fuzz.ts';

const { tool, site } = useAttackedTools(FOLDERS);

/** Ways to write "the folder above" and "a dot", for the parsers of servers and of systems. */
const ABOVE = [
  '..',
  '%2e%2e',
  '.%2e',
  '%2E.',
  '%252e%252e',
  '%c0%ae%c0%ae',
  '..;',
  '..;a=b',
  '....',
  '..%00',
  '%ef%bc%8e%ef%bc%8e',
  '..\\',
  '..%5c',
  '..%20',
];
const SEPARATORS = ['/', '//', '\\', '%2f', '%5c', '/./', '%252f', '/%2e/'];
const traversals = ABOVE.flatMap((above) =>
  SEPARATORS.flatMap((separator) => [
    `/${above}${separator}secret.txt`,
    `/sub/${above}${separator}${above}${separator}secret.txt`,
    `/sub${separator}${above}${separator}.env`,
  ]),
);

/** Published holes of the development servers of Vite, webpack, esbuild, Parcel, Browsersync and others, as shapes. */
const published = (folder: string): string[] => [
  ...[
    '',
    '?',
    '?raw',
    '?raw??',
    '?import&raw',
    '?import&raw??',
    '?import&?inline=1.wasm?init',
    '?url',
    '?html-proxy',
  ].flatMap((query) => [
    `/.env${query}`,
    `/@fs/${folder}/../secret.txt${query}`,
    `/@fs${folder}/.env${query}`,
    `/../secret.txt${query}`,
  ]),
  '/.env?.svg?import',
  '/.env%3f.svg?import',
  '/.env.svg?.wasm?init',
  '/#/../secret.txt',
  '/a.txt#/../../secret.txt',
  '/@fs/#/../secret.txt',
  '/.env/',
  '/.env/.',
  '/.env//',
  '/.env.',
  '/.env%20',
  '/.env%00',
  '/.env%00.txt',
  '/.env::$DATA',
  '/.ENV',
  '/%2eenv',
  '/%2Eenv',
  '/%252eenv',
  '//.env',
  '/./.env',
  '/sub/../.env',
  '/sub/.private/c.txt',
  '/sub/%2eprivate/c.txt',
  '/.git/config',
  '/.git%2fconfig',
  '/.git%5cconfig',
  '/.well-known/../.env',
  '/.well-known/%2e%2e/.env',
  '/~/.env',
  '/../site2/a.txt',
  '/..%2fsite2/a.txt',
  '/../site.bak/a.txt',
  '/out/secret.txt',
  '/out',
  '/out/',
  '/secret.txt',
  '/env.txt',
  '/git/config',
  '/git/',
  '/loop/env.txt',
  '/loop/loop/git/config',
  '/loop/../../secret.txt',
  '/__live-online/../.env',
  '/__live-online/pages/../../.env',
  '/__live-online/status.js/../../.env',
  '/__live-online/..%2f.env',
  '/api/../.env',
  '/api/..%2f..%2fsecret.txt',
  '/__parcel_source_root/../secret.txt',
  '/node_modules/.vite/deps/../../../.env',
  'http://localhost/../secret.txt',
  `file://${folder}/.env`,
  `${folder}/.env`,
];

/** A request target as it is: clients normalize it, and attackers do not. */
function sendTarget(attacked: AttackedTool, target: string): Promise<string> {
  return attacked.sendBytes(
    `GET ${target} HTTP/1.1\r\nHost: ${attacked.host}\r\nAccept: text/html\r\nConnection: close\r\n\r\n`,
  );
}

describe.each(FOLDERS)('%s: files', (name) => {
  it('[R8] [SEC70] no path leads out of the folder, or to a dotfile, however it is written', async () => {
    const attacked = tool(name);
    const targets = [...traversals, ...published(site())];
    for (let at = 0; at < targets.length; at += 40) {
      const some = targets.slice(at, at + 40);
      // HTTP/2 has no request line: paths that it forbids end the request there.
      const answers = await Promise.all(
        some.map((target) =>
          name === 'folder-https'
            ? attacked.send(target).then(({ text }) => text)
            : sendTarget(attacked, target),
        ),
      );
      const leaks = some.filter((_, index) => answers[index]!.includes(SECRET));
      expect(leaks).toEqual([]);
    }
    expect((await attacked.send('/a.txt')).text).toBe('public');
    expect((await attacked.send('/.well-known/security.txt')).text).toBe('public');
  });

  it('[R8] [SEC71] no redirect leads to another host, and no name in it splits the response', async () => {
    const attacked = tool(name);
    const split = 'a%0d%0aSet-Cookie:%20split=1';
    for (const path of [
      '//evil.example/sub',
      '//evil.example/%2e%2e/sub',
      '///evil.example/sub',
      '/\\evil.example/sub',
      '/%5cevil.example/sub',
      '/%2f%2fevil.example/sub',
      '/sub/..//evil.example/sub',
      '/https:evil.example/sub',
      '/.//evil.example',
      '/loop//evil.example',
      `/${split}`,
      `/sub?${split}`,
      `/${split}.txt`,
    ]) {
      const { status, headers } = await attacked.send(path);
      const { location = '' } = headers;
      expect([path, headers['set-cookie']]).toEqual([path, undefined]);
      expect([path, new URL(location, attacked.origin).host]).toEqual([path, attacked.host]);
      expect([path, status]).toEqual([path, path.startsWith('/sub?') ? 301 : expect.toBeOneOf([400, 404])]);
    }
  });

  it('[R1] [SEC72] names and paths are text in the pages of the tool', async () => {
    const attacked = tool(name);
    const headers = { accept: 'text/html', 'sec-fetch-dest': 'document' };
    const { text: listing } = await attacked
      .send('/loop/sub/../', { headers })
      .then((answer) => (answer.status === 200 ? answer : attacked.send('/sub/', { headers })));
    const pages = [
      listing,
      ...(await Promise.all(
        [
          '/<script>alert(1)</script>',
          '/%3Cscript%3Ealert(1)%3C%2Fscript%3E',
          '/%3Cimg%20src=x%20onerror=alert(1)%3E',
          '/"onmouseover="alert(1)',
          '/$&$`$1',
        ].map(async (path) => (await attacked.send(encodeURI(decodeURI(path)), { headers })).text),
      )),
    ];
    for (const html of pages) {
      expect(html.match(/<script/g)).toHaveLength(1);
      expect(html).not.toMatch(/<img|"onmouseover/);
    }
    const dollars = await attacked.send('/$&%20$%60%20$1', { headers });
    expect(dollars.text).toContain('<title>$& $` $1</title>');
  });
});

describe('a folder, with random paths', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...ABOVE,
      ...SEPARATORS,
      '.',
      '%',
      '?',
      '#',
      ';',
      ':',
      '~',
      '*',
      ' ',
      '\t',
      '%00',
      '%0a',
      '%2e',
    ),
    fc.constantFrom(
      'a.txt',
      'sub',
      '.env',
      '.git',
      'config',
      'out',
      'loop',
      'git',
      'env.txt',
      'secret.txt',
      'site2',
    ),
    fc.constantFrom(
      '__live-online',
      'api',
      '@fs',
      'http://localhost',
      'http://evil.example',
      '.well-known',
      '::$DATA',
    ),
    fc.string({ maxLength: 3, unit: 'binary' }),
  );

  it(
    '[R8] [SEC70] no request gets what is outside of it, and the server stays up',
    async () => {
      const attacked = tool('folder');
      await fc.assert(
        fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.boolean(), async (pieces, asPage) => {
          const target = Buffer.from(`/${pieces.join('')}`)
            .toString('latin1')
            .replace(/[\r\n]/g, '');
          const accept = asPage ? 'text/html' : '*/*';
          const answer = await attacked.sendBytes(
            `GET ${target} HTTP/1.1\r\nHost: ${attacked.host}\r\nAccept: ${accept}\r\nConnection: close\r\n\r\n`,
          );
          expect(answer).not.toContain(SECRET);
          expect(answer).toMatch(/^HTTP\/1\.1 (200|301|400|403|404|405) /);
        }),
        fuzzParameters(600),
      );
      expect((await attacked.send('/a.txt')).text).toBe('public');
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    '[R8] [SEC70] the same over HTTP/2',
    async () => {
      const attacked = tool('folder-https');
      await fc.assert(
        fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
          const { status, text } = await attacked.send(`/${pieces.join('')}`);
          expect(text).not.toContain(SECRET);
          // 0: HTTP/2 itself rejects the path.
          expect([0, 200, 301, 400, 403, 404, 405]).toContain(status);
        }),
        fuzzParameters(600),
      );
      expect((await attacked.send('/a.txt')).text).toBe('public');
    },
    FUZZ_TIMEOUT_MS,
  );
});
