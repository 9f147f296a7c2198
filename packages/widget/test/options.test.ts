import { expect, test } from 'vitest';
import { resolveOptions, type CounterOptions } from '../src/options.ts';

test.each([
  ['http://localhost:8081/', 'http://localhost:8081', '/socket.io'],
  ['http://localhost:8081', 'http://localhost:8081', '/socket.io'],
  ['https://example.org/live-online/', 'https://example.org', '/live-online/socket.io'],
  ['https://example.org/live-online', 'https://example.org', '/live-online/socket.io'],
  ['https://example.org:8443/a/b//?x=1#y', 'https://example.org:8443', '/a/b/socket.io'],
  ['http://[::1]:8081/', 'http://[::1]:8081', '/socket.io'],
  [new URL('https://example.org/live-online/'), 'https://example.org', '/live-online/socket.io'],
])('[W3] the socket is below the base address %s', (server, origin, path) => {
  expect(resolveOptions({ server })).toEqual({ origin, path, namespace: '/', token: undefined });
});

test('[W3] path and namespace override the defaults', () => {
  const options = { server: 'https://example.org/app/', path: '/ws', namespace: '/counter', token: 't' };
  expect(resolveOptions(options)).toEqual({
    origin: 'https://example.org',
    path: '/ws',
    namespace: '/counter',
    token: 't',
  });
});

test.each([undefined, null, '', 'example.org', '/live-online/', 'ws://example.org', 'file:///x', 7, {}])(
  '[W3] a server that is not an http(s) URL is an error: %s',
  (server) => {
    expect(() => resolveOptions({ server } as CounterOptions)).toThrow(
      new TypeError('server must be an http(s) URL'),
    );
  },
);

test('[W3] one error lists every invalid option', () => {
  const options = { server: 'nowhere', path: 'socket.io', namespace: 'counter', token: '' };
  expect(() => resolveOptions(options)).toThrow(
    'server must be an http(s) URL; path must begin with /; namespace must begin with /; token must be text',
  );
  expect(() => resolveOptions({ server: 'http://localhost', token: 5 as never })).toThrow('token must be');
  expect(() => resolveOptions(undefined as never)).toThrow(new TypeError('server must be an http(s) URL'));
});
