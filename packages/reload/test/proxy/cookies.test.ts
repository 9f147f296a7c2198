import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cookiesToTarget, setCookieToBrowser } from '../../src/serving/proxy/cookies.ts';
import { requestHeaders, responseHeaders, type Sides } from '../../src/serving/proxy/headers.ts';
import { makeFolder, startReload } from '../helpers/reload-server.ts';

/** Whether a browser keeps a cookie that it receives over HTTP (RFC 6265bis §5.7). */
const isKept = (cookie: string): boolean =>
  !/;\s*(secure|partitioned|samesite=none)\b/i.test(cookie) && !/^__(host|secure)-/i.test(cookie);

const sides = (target: string, scheme: Sides['scheme']): Sides => ({
  target: new URL(target),
  host: 'localhost:8080',
  scheme,
});

describe('cookies', () => {
  it.each([
    ['a=1; Secure; SameSite=None', 'a=1'],
    ['a=1; path=/; secure ; samesite = none; HttpOnly', 'a=1; path=/; HttpOnly'],
    ['a=1; Secure; SameSite=Strict', 'a=1; SameSite=Strict'],
    ['a=1; Secure; Partitioned; SameSite=None; Path=/', 'a=1; Path=/'],
    ['__Host-b=2; Secure; Path=/', 'live-online-__Host-b=2; Path=/'],
    ['__secure-c=x=y; Secure; Domain=.example.org', 'live-online-__secure-c=x=y'],
    ['__Http-d=1; Secure; HttpOnly', 'live-online-__Http-d=1; HttpOnly'],
    ['d=4; Domain=shop.example.org', 'd=4'],
    ['e=5; Domain=example.com', 'e=5; Domain=example.com'],
  ])('[R1] %s of an HTTPS backend is %s over HTTP', (sent, received) => {
    expect(setCookieToBrowser(sent, sides('https://shop.example.org', 'http'))).toBe(received);
  });

  it.each(['a=1; Secure; SameSite=None', '__Host-b=2; Secure; Path=/', 'c=3; Secure; Partitioned'])(
    '[R1] %s is unchanged over HTTPS, and from a backend without HTTPS',
    (cookie) => {
      expect(setCookieToBrowser(cookie, sides('https://shop.example.org', 'https'))).toBe(cookie);
      expect(setCookieToBrowser(cookie, sides('http://shop.example.org', 'http'))).toBe(cookie);
    },
  );

  it('[R1] the domain of the backend is removed over HTTPS, too', () => {
    const cookie = setCookieToBrowser(
      'a=1; Secure; Domain=example.org',
      sides('https://shop.example.org', 'https'),
    );
    expect(cookie).toBe('a=1; Secure');
  });

  it('[R7] directives that make browsers use HTTPS are removed over HTTP', () => {
    const policy = "upgrade-insecure-requests; img-src 'self'; block-all-mixed-content";
    const of = (scheme: Sides['scheme']) =>
      responseHeaders(['Content-Security-Policy', policy], sides('https://shop.example.org', scheme))[0]![1];
    expect(of('http')).toBe("; img-src 'self';");
    expect(of('https')).toBe(policy);
  });

  it('[R1] mapped names come back to the backend as it has set them', () => {
    expect(cookiesToTarget('a=1; live-online-__Host-b=2;live-online-__secure-c=x=y; live-online-d=4')).toBe(
      'a=1; __Host-b=2;__secure-c=x=y; live-online-d=4',
    );
    const headers = requestHeaders(
      ['Cookie', 'live-online-__Host-b=2'],
      sides('https://a.test', 'http'),
      false,
    );
    expect(headers).toContainEqual(['Cookie', '__Host-b=2']);
  });
});

it('[R1] a browser keeps the cookies of an HTTPS backend over HTTP, and they come back to it', async () => {
  const pair = await generate([{ name: 'commonName', value: 'localhost' }], { algorithm: 'sha256' });
  const received: (string | undefined)[] = [];
  const backend = createServer({ key: pair.private, cert: pair.cert }, (request, response) => {
    received.push(request.headers.cookie);
    response.setHeader('Set-Cookie', [
      'a=1; Secure; SameSite=None',
      '__Host-b=2; Secure; Path=/; SameSite=None',
      '__Secure-c=3; Secure; Partitioned',
    ]);
    response.end();
  }).listen(0, '127.0.0.1');
  await once(backend, 'listening');
  onTestFinished(() => {
    backend.closeAllConnections();
    backend.close();
  });
  const proxy = `https://localhost:${(backend.address() as AddressInfo).port}`;
  const { url } = await startReload({}, { proxy, watch: [makeFolder().folder] });
  const cookies = (await fetch(url)).headers.getSetCookie().filter(isKept);
  const cookie = cookies.map((one) => one.split(';', 1)[0]).join('; ');
  await fetch(url, { headers: { cookie } });
  expect(received).toEqual([undefined, 'a=1; __Host-b=2; __Secure-c=3']);
});
