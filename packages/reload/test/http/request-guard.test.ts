import type { IncomingMessage } from 'node:http';
import { hostname, networkInterfaces } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzParameters, FUZZ_TIMEOUT_MS } from '../../../../tests/helpers/fuzz.ts';
import { createRequestGuard, type RequestGuardOptions } from '../../src/http/request-guard.ts';
import { createAllowedHosts } from '../../src/http/allowed-hosts.ts';

interface GuardOptions extends Partial<RequestGuardOptions> {
  host?: string;
  allowed?: string[];
  /** Whether the requests have come over TLS. */
  encrypted?: boolean;
}

function guardWith(more: GuardOptions = {}) {
  const { host = 'localhost', allowed = [], encrypted = false, ...rest } = more;
  const guard = createRequestGuard({
    hosts: createAllowedHosts(host, allowed),
    allowedOrigins: [],
    allowLoopback: false,
    ...rest,
  });
  const socket = encrypted ? { encrypted } : {};
  const requestWith = (headers: Record<string, string>, url = '/', more: string[] = []): IncomingMessage =>
    ({
      headers,
      url,
      socket,
      rawHeaders: [...Object.entries(headers).flat(), ...more],
    }) as unknown as IncomingMessage;
  return {
    request: (headers: Record<string, string>, url?: string, further?: string[]) =>
      guard.checkRequest(requestWith(headers, url, further))?.status,
    upgrade: (headers: Record<string, string>) => guard.checkUpgrade(requestWith(headers))?.status,
  };
}

describe('the Host of a request', () => {
  it.each([
    'localhost',
    'localhost:8080',
    'app.localhost:1',
    '127.0.0.1',
    '127.9.9.9:80',
    '[::1]:8080',
    'LOCALHOST',
  ])('[R8] [SEC62] %s is this machine', (host) => {
    expect(guardWith().request({ host })).toBeUndefined();
  });

  it.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    '192.168.1.5',
    '127.0.0.1.evil.example',
    'notlocalhost',
  ])('[R8] [SEC62] %s is rejected', (host) => {
    expect(guardWith().request({ host })).toBe(403);
  });

  it.each(['', 'a b', 'evil@localhost', 'localhost/path', 'localhost:port', 'x:99999'])(
    '[R8] [SEC62] "%s" is an invalid Host',
    (host) => {
      expect(guardWith().request({ host })).toBe(400);
    },
  );

  it('[R8] [SEC62] a request with two Host headers is invalid, also if they are the same', () => {
    const { request } = guardWith();
    expect(request({ host: 'localhost' }, '/', ['Host', 'localhost'])).toBe(400);
    expect(request({ host: 'localhost' }, '/', ['hOST', 'evil.example'])).toBe(400);
    expect(request({ host: 'localhost' }, '/', ['X-Name', 'Host'])).toBeUndefined();
  });

  it.each([
    ['http://localhost:8080/a?b', 'localhost:8080', undefined],
    ['HTTP://LocalHost/', 'localhost:80', undefined],
    ['http://localhost', 'localhost', undefined],
    ['/http://evil.example/', 'localhost', undefined],
    ['//evil.example/', 'localhost', undefined],
    ['*', 'localhost', undefined],
    ['http://evil.example/', 'localhost', 400],
    ['http://localhost:8081/', 'localhost:8080', 400],
    ['http://127.0.0.1/', 'localhost', 400],
    ['http://evil@localhost/', 'localhost', 400],
    ['http:///', 'localhost', 400],
    ['ftp://localhost/', 'localhost', 400],
  ])('[R8] [SEC62] the URL %s with the Host %s: %s', (url, host, status) => {
    expect(guardWith().request({ host }, url)).toBe(status);
  });

  it('[R8] [SEC62] a request without a Host is rejected', () => {
    expect(guardWith().request({})).toBe(400);
  });

  it('[R8] [SEC62] a server on all addresses accepts those of this machine and allowed names', () => {
    const open = guardWith({ host: '0.0.0.0', allowed: ['box.lan', '*.example.org'] });
    expect(open.request({ host: 'box.lan:8080' })).toBeUndefined();
    expect(open.request({ host: 'a.b.example.org' })).toBeUndefined();
    expect(open.request({ host: 'example.org' })).toBe(403);
    expect(open.request({ host: 'badexample.org' })).toBe(403);
    expect(open.request({ host: `${hostname()}.local` })).toBeUndefined();
    for (const { address, family } of Object.values(networkInterfaces()).flatMap((list) => list ?? [])) {
      if (family === 'IPv4') expect(open.request({ host: address })).toBeUndefined();
    }
    expect(open.request({ host: 'evil.example' })).toBe(403);
    expect(guardWith({ host: '192.168.1.5' }).request({ host: '192.168.1.5:8080' })).toBeUndefined();
  });
});

describe('the Origin of a request', () => {
  const host = 'localhost:8080';

  it.each(['http://localhost:8080', 'https://localhost:8080'])(
    '[R8] %s is the own origin of the server',
    (origin) => {
      expect(guardWith().request({ host, origin })).toBeUndefined();
      expect(guardWith().upgrade({ host, origin })).toBeUndefined();
    },
  );

  it.each([
    'http://evil.example',
    'http://localhost:3000',
    'http://127.0.0.1:8080',
    'http://192.168.1.5:8080',
    'http://localhost:8080.evil.example',
    'http://localhost:8080@evil.example',
    'http://evil.example/http://localhost:8080',
    'file://',
    'null',
    '',
    'localhost:8080',
  ])('[R8] [SEC61] %s is rejected', (origin) => {
    expect(guardWith().request({ host, origin })).toBe(403);
    expect(guardWith().upgrade({ host, origin })).toBe(403);
  });

  it('[R8] [SEC61] over HTTPS, the server of the same name with HTTP is another origin', () => {
    const guard = guardWith({ encrypted: true });
    expect(guard.upgrade({ host: 'localhost', origin: 'https://localhost' })).toBeUndefined();
    expect(guard.upgrade({ host: 'localhost', origin: 'http://localhost' })).toBe(403);
    expect(guard.request({ host, origin: `http://${host}` })).toBe(403);
  });

  it('[R8] [SEC63] an upgrade requires an Origin, a request does not', () => {
    expect(guardWith().request({ host })).toBeUndefined();
    expect(guardWith().upgrade({ host })).toBe(403);
  });

  it('[R8] an allowed origin is accepted', () => {
    const open = guardWith({ allowedOrigins: ['http://box.lan:3000'] });
    expect(open.upgrade({ host, origin: 'http://box.lan:3000' })).toBeUndefined();
    expect(open.upgrade({ host, origin: 'http://box.lan:3001' })).toBe(403);
  });

  it("[R8] [SEC61] Origin null is accepted for a form of the server's own page, and never for a socket", () => {
    const own = { host, origin: 'null', 'sec-fetch-site': 'same-origin' };
    expect(guardWith().request(own)).toBeUndefined();
    expect(guardWith().upgrade(own)).toBe(403);
    expect(guardWith({ allowLoopback: true }).request(own)).toBe(403);
    expect(guardWith().request({ ...own, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(guardWith({ allowedOrigins: ['null'] }).upgrade({ host, origin: 'null' })).toBe(403);
  });

  it('[R8] with allowLoopback, pages of all servers on this machine are accepted', () => {
    const open = guardWith({ allowLoopback: true });
    for (const origin of [
      'http://localhost:3000',
      'http://127.0.0.1',
      'https://a.localhost',
      'http://[::1]:5',
    ]) {
      expect(open.upgrade({ host, origin })).toBeUndefined();
    }
    expect(open.upgrade({ host, origin: 'http://192.168.1.5' })).toBe(403);
    expect(open.upgrade({ host, origin: 'http://localhost.evil.example' })).toBe(403);
    expect(open.upgrade({ host, origin: 'null' })).toBe(403);
  });
});

describe('random headers', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'localhost',
      '127.0.0.1',
      '127.1',
      '[::1]',
      'evil.example',
      '0.0.0.0',
      '0x7f.1',
      '2130706433',
    ),
    fc.constantFrom(
      '.',
      ':',
      ':8080',
      ':80',
      '/',
      '@',
      '#',
      '?',
      '\\',
      '%',
      ' ',
      ',',
      '[',
      ']',
      'null',
      'http://',
      'https://',
    ),
    fc.string({ maxLength: 2, unit: 'binary' }),
  );
  const header = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
  // All names below localhost (RFC 6761 §6.3).
  const LOCAL = /^((.*\.)?localhost|127(\.\d+){3}|\[::1\])$/;

  it(
    '[R8] [SEC62] a Host is accepted only if browsers take it for this machine',
    () => {
      const guard = guardWith();
      fc.assert(
        fc.property(header, (host) => {
          if (guard.request({ host }) !== undefined) return;
          expect(new URL(`http://${host}`).hostname.replace(/\.$/, '')).toMatch(LOCAL);
        }),
        fuzzParameters(2_000),
      );
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    '[R8] [SEC61] an Origin is accepted only if it is that of the Host',
    () => {
      const guard = guardWith();
      const hosts = fc.constantFrom('localhost', 'localhost:8080', '127.0.0.1:8080', '[::1]:8080');
      const origins = fc
        .tuple(fc.constantFrom('http://', 'https://', ''), header)
        .map((parts) => parts.join(''));
      fc.assert(
        fc.property(
          hosts,
          fc.oneof(
            origins,
            hosts.map((host) => `http://${host}`),
          ),
          (host, origin) => {
            if (guard.request({ host, origin }) !== undefined) return;
            expect(new URL(origin).host).toBe(new URL(`http://${host}`).host);
            expect(`${new URL(origin).origin}/`).toBe(new URL(origin).href);
          },
        ),
        fuzzParameters(2_000),
      );
    },
    FUZZ_TIMEOUT_MS,
  );
});
