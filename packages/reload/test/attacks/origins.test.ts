import { describe, expect, it } from 'vitest';
import {
  TOOLS,
  useAttackedTools,
  type Answer,
  type AttackedTool,
  type ToolName,
} from '../helpers/attacked-tools.ts';

const { tool, takeReceived } = useAttackedTools();

/** What the tool serves, in any of its modes. */
const PATHS = [
  '/',
  '/a.txt',
  '/missing.js',
  '/sub',
  '/__live-online/client.js',
  '/__live-online/alive',
  '/__live-online/',
  '/__live-online/status.json',
  '/__live-online/editor',
  '/__live-online/pages/x',
  '/__live-online/nothing',
  '/api/x',
];

/** What no page of another origin may read. */
const LEAK = /public|backend<|"token"/;

const corsHeadersOf = ({ headers }: Pick<Answer, 'headers'>): string[] =>
  Object.keys(headers).filter((one) => one.startsWith('access-control-'));

/** Whether the tool answers a path itself: with the middleware, all others are the host's. */
const isOwn = (name: ToolName, path: string): boolean =>
  name !== 'middleware' || path.startsWith('/__live-online/');

/** Origins of pages that are not the server's own. */
const foreignOrigins = ({ port, origin }: AttackedTool): string[] => [
  'https://evil.example',
  `http://evil.example:${port}`,
  `http://localhost.evil.example:${port}`,
  `http://localhost:${port}.evil.example`,
  `http://localhost:${port}@evil.example`,
  'http://192.168.1.5',
  `http://192.168.1.5:${port}`,
  `http://0.0.0.0:${port}`,
  'http://[fe80::1]',
  'null',
  'file://',
  'chrome-extension://abcdefghijklmnop',
  '',
  `${origin}/`,
  `${origin},https://evil.example`,
];

/** The same for servers on this machine: `--no-serve` exists for their pages. */
const localOrigins = ({ port }: AttackedTool): string[] => [
  'http://localhost:1',
  'http://127.0.0.1',
  `http://127.0.0.1:${port}`,
  `http://a.localhost:${port}`,
  `http://[::1]:${port}`,
];

const foreignHosts = ({ port }: AttackedTool): string[] => [
  `evil.example:${port}`,
  'evil.example',
  `localhost.evil.example:${port}`,
  `0.0.0.0:${port}`,
  `192.168.1.5:${port}`,
  `169.254.169.254:${port}`,
  `[::ffff:127.0.0.1]:${port}`,
  `[::]:${port}`,
];

const upgradeOf = (path: string, headers: Record<string, string>): string =>
  [
    `GET ${path} HTTP/1.1`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '',
    '',
  ].join('\r\n');

const hasHead = (received: string): boolean => received.includes('\r\n\r\n');

const SOCKETS = [
  '/__live-online/socket.io/?EIO=4&transport=websocket',
  '/__live-online/socket.io/?EIO=4&transport=polling',
  '/__live-online/sync',
  '/any',
];

describe.each(TOOLS)('%s: other origins', (name) => {
  it('[R8] [SEC60] no response can be embedded or read by a page of another origin', async () => {
    const attacked = tool(name);
    for (const path of PATHS.filter((one) => isOwn(name, one))) {
      for (const method of ['GET', 'POST']) {
        const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
        const { headers: received } = await attacked.send(path, { method, headers });
        const isScript = name === 'no-serve' && /^\/$|client\.js$|alive$/.test(path) && method === 'GET';
        const policy = isScript ? 'cross-origin' : 'same-origin';
        expect([method, path, received['cross-origin-resource-policy']]).toEqual([method, path, policy]);
        expect(corsHeadersOf({ headers: received })).toEqual([]);
      }
    }
  });

  it('[R8] [SEC61] a request from a page of another origin is rejected, whatever it is', async () => {
    const attacked = tool(name);
    takeReceived();
    const origins = [...foreignOrigins(attacked), ...(name === 'no-serve' ? [] : localOrigins(attacked))];
    const requests = [
      ['GET', '/__live-online/client.js'],
      ['POST', '/__live-online/editor'],
      ['OPTIONS', '/__live-online/status.json'],
      ...(name === 'middleware'
        ? []
        : [
            ['GET', '/a.txt'],
            ['POST', '/api/x'],
          ]),
    ] as [string, string][];
    const preflight = {
      'access-control-request-private-network': 'true',
      'access-control-request-method': 'PUT',
    };
    for (const origin of origins) {
      const headers = { origin, ...preflight };
      const answers = await Promise.all(
        requests.map(([method, path]) => attacked.send(path, { method, headers })),
      );
      expect([origin, ...answers.map(({ status }) => status)]).toEqual([origin, ...requests.map(() => 403)]);
      expect(answers.map(({ text }) => text).join()).not.toMatch(LEAK);
      expect(answers.flatMap((answer) => corsHeadersOf(answer))).toEqual([]);
    }
    expect(takeReceived()).toEqual([]);
  });

  it('[R8] [SEC62] a Host that is no name of this machine is rejected: its page has come by DNS rebinding', async () => {
    const attacked = tool(name);
    takeReceived();
    const paths = ['/', '/__live-online/client.js', '/api/x'].filter((path) => isOwn(name, path));
    for (const host of foreignHosts(attacked)) {
      const origin = attacked.origin.replace(attacked.host, host);
      const answers = await Promise.all([
        ...paths.map((path) => attacked.send(path, { headers: { host } })),
        attacked.send('/__live-online/alive', { headers: { host, origin } }),
      ]);
      expect([host, ...answers.map(({ status }) => status)]).toEqual([host, ...answers.map(() => 403)]);
      expect(answers.map(({ text }) => text).join()).not.toMatch(LEAK);
    }
    expect(takeReceived()).toEqual([]);
  });

  it('[R8] [SEC63] no socket opens for another origin, without an origin, or for another Host', async () => {
    const attacked = tool(name);
    takeReceived();
    const own = { Host: attacked.host };
    const wrong = [
      ...foreignOrigins(attacked).map((Origin) => ({ ...own, Origin })),
      ...(name === 'no-serve' ? [] : localOrigins(attacked).map((Origin) => ({ ...own, Origin }))),
      own,
      { ...own, Origin: 'null', 'Sec-Fetch-Site': 'same-origin' },
      ...foreignHosts(attacked).map((Host) => ({ Host, Origin: `http://${Host}` })),
    ];
    const paths = name === 'middleware' ? SOCKETS.filter((path) => path !== '/any') : SOCKETS;
    for (const headers of wrong) {
      const answers = await Promise.all(
        paths.map((path) => attacked.sendBytes(upgradeOf(path, headers), hasHead)),
      );
      // What is no upgrade of the tool is an ordinary request: without an Origin it gets what is there, and no socket.
      for (const answer of answers) {
        expect(answer.slice(0, 12), JSON.stringify(headers)).toMatch(/^HTTP\/1\.1 (403|404)/);
      }
    }
    expect(takeReceived()).toEqual([]);
  });

  it('[R8] [SEC63] a socket of the own origin opens, and gets nothing without the token', async () => {
    const attacked = tool(name);
    const headers = { Host: attacked.host, Origin: attacked.origin };
    // The close of the connection is the server's: it waits for a token for 5 s at most.
    const answer = await attacked.sendBytes(upgradeOf('/__live-online/sync', headers) + wrongToken());
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    // 1008: policy violation.
    expect(answer.slice(answer.indexOf('\r\n\r\n') + 4)).toBe('\x88\x02\x03\xf0');
  });
});

/** A text frame with a wrong token, masked with zeros. */
function wrongToken(): string {
  const text = '{"token":"x"}';
  return `\x81${String.fromCharCode(0x80 | text.length)}\0\0\0\0${text}\x88\x80\0\0\0\0`;
}
