import { Agent, request } from 'node:http';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { FUZZ_TIMEOUT_MS, fuzzParameters } from '../../../../tests/helpers/fuzz.ts';
import { ADMIN_TOKEN, startApi } from '../helpers/api.ts';

interface Sent {
  method: string;
  target: string;
  headers: Record<string, string>;
  body: string;
}

/** Text that has a meaning somewhere on the way, or none. */
const word = fc.oneof(
  fc.constantFrom(
    ...[
      'v1',
      'sites',
      'public.example',
      'a.example',
      'badge.svg',
      'badge.html',
      'pages',
      'history',
      'events',
      'access',
    ],
    ...[
      'token',
      'opt-out',
      'servers',
      'drain',
      'stats',
      'webhooks',
      'metrics',
      'openapi.json',
      'dashboard',
      'login',
    ],
    ...[
      'embed',
      'sample.svg',
      'preview.html',
      'constructor',
      '__proto__',
      '..',
      '%2e%2e',
      '%2f',
      '%',
      '%ff',
      '%00',
      '',
    ],
  ),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const parameter = fc.tuple(
  fc.oneof(
    fc.constantFrom('label', 'color', 'labelColor', 'style', 'count', 'number', 'range', 'token', 'theme'),
    word,
  ),
  fc.oneof(
    word,
    fc.constantFrom('24h', 'people', 'flat', '#fff', '1e9', '-0', 'NaN'),
    fc.string({ maxLength: 70 }),
  ),
);
/** What a request line can have: one line of printable ASCII. */
const encode = (text: string): string =>
  text.replace(/[^!-~]|[?#]/gu, (character) =>
    // Half a pair of surrogates has no encoding.
    /^\p{Cs}$/u.test(character) ? '%ed%a0%80' : encodeURIComponent(character),
  );
const header = fc.oneof(
  fc.constantFrom('"*"', '*', 'W/"x"', 'a=b; a=c', 'live_online_session=1.x', 'gzip;q=0, *;q=1', 'null'),
  fc.string({ maxLength: 40 }).map((text) => text.replace(/[^ -~]/g, '')),
);
const sent: fc.Arbitrary<Sent> = fc.record({
  method: fc.constantFrom(
    'GET',
    'GET',
    'GET',
    'HEAD',
    'POST',
    'PUT',
    'DELETE',
    'OPTIONS',
    'PATCH',
    'PROPFIND',
  ),
  target: fc
    .tuple(fc.array(word, { maxLength: 5 }), fc.array(parameter, { maxLength: 4 }))
    .map(
      ([path, query]) =>
        `/${path.map(encode).join('/')}?${query.map((pair) => pair.map(encode).join('=')).join('&')}`,
    ),
  headers: fc.dictionary(
    fc.constantFrom(
      'if-none-match',
      'cookie',
      'accept-encoding',
      'accept',
      'origin',
      'referer',
      'content-type',
      'last-event-id',
    ),
    header,
    { maxKeys: 4 },
  ),
  body: fc.oneof(fc.json({ maxDepth: 3 }), word, fc.constant(`token=${'%41'.repeat(2_000)}`)),
});

interface Answer {
  status: number;
  type: string;
  text: string;
}

function send(
  agent: Agent,
  url: string,
  { method, target, headers, body }: Sent,
): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const outgoing = request(new URL(url), { agent, method, path: target, headers });
    outgoing.on('response', (response) => {
      const { statusCode = 0, headers: answered } = response;
      const type = answered['content-type'] ?? '';
      // A stream has no end.
      if (type.startsWith('text/event-stream')) {
        response.destroy();
        return resolve({ status: statusCode, type, text: '' });
      }
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: statusCode, type, text }));
      response.on('error', () => resolve(undefined));
    });
    // A form that is too long ends its connection.
    outgoing.on('error', () => resolve(undefined));
    outgoing.end(method === 'POST' || method === 'PUT' ? body : undefined);
  });
}

it(
  '[A6] [SEC53] no path, query, header or body makes the API and the dashboard fail',
  async () => {
    const { url, getAsAdmin } = await startApi();
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    onTestFinished(() => agent.destroy());
    const check = async (message: Sent): Promise<void> => {
      const answer = await send(agent, url, message);
      if (!answer) return;
      expect(answer.status).toBeGreaterThanOrEqual(200);
      expect(answer.status).toBeLessThan(500);
      if (message.method !== 'HEAD' && /json/.test(answer.type)) JSON.parse(answer.text);
    };
    const property = fc.asyncProperty(sent, fc.boolean(), async (message, isAdmin) => {
      const drains = /drain/.test(message.target) && isAdmin;
      if (drains) return;
      const authorization = isAdmin ? { authorization: `Bearer ${ADMIN_TOKEN}` } : {};
      await check({ ...message, headers: { ...message.headers, ...authorization } });
    });
    await fc.assert(property, fuzzParameters(600, 2_000));
    expect((await getAsAdmin('sites')).status).toBeLessThan(500);
    expect(({} as Record<string, unknown>)['site']).toBeUndefined();
  },
  FUZZ_TIMEOUT_MS,
);
