import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';
import { createTagCounter } from '../src/create-tag-counter.ts';

// The result of the build.
const code = readFileSync(new URL('../dist/live-online.js', import.meta.url), 'utf8');

/** Runs the script in a page. A tag without an address cannot start: it warns instead. */
function startsItself(fields: object, locWidget?: object): boolean {
  const warnings: string[] = [];
  const currentScript = { src: '', async: false, defer: false, dataset: {}, ...fields };
  const page: Record<string, unknown> = {
    URL,
    document: { currentScript },
    location: 'https://a.example/',
    console: { warn: (text: string) => warnings.push(text) },
    locWidget,
  };
  page['self'] = page['window'] = page;
  runInNewContext(code, page);
  return warnings.length > 0;
}

test('[W1] a bare tag waits for init()', () => {
  expect(startsItself({})).toBe(false);
  expect(startsItself({}, { style: 'color: red', init() {} })).toBe(false);
});

test.each([
  { async: true },
  { defer: true },
  { dataset: { label: 'here' } },
  { dataset: { label: '' } },
  { dataset: { position: 'inline' } },
  { dataset: { theme: 'dark' } },
  { dataset: { server: 'nonsense' } },
  { dataset: { token: 't' } },
])('[W1] a tag with async, defer or a data- attribute of the widget starts automatically: %j', (fields) => {
  expect(startsItself(fields)).toBe(true);
});

test.each(['wpStrategy', 'cfasync', 'nscript', 'turboTrack', 'liveOnline'])(
  '[W1] an attribute of another tool does not start the widget: %s',
  (name) => {
    expect(startsItself({ dataset: { [name]: 'defer' } })).toBe(false);
  },
);

test('[W1] a bare tag starts if the page has called init() of its stub', () => {
  expect(startsItself({}, { queued: true, init() {} })).toBe(true);
});

test('[W1] a second tag, or the same tag run again, does nothing', () => {
  expect(startsItself({ async: true }, { init() {}, destroy() {} })).toBe(false);
});

test.each([
  ['http://localhost:8081/', '/socket.io'],
  ['http://localhost:8081', '/socket.io'],
  ['http://localhost:8081/?v=1.2', '/socket.io'],
  ['http://localhost:8081/live-online.js?v=2', '/socket.io'],
  ['https://example.org/live-online/', '/live-online/socket.io'],
  ['https://example.org/live-online/live-online.js', '/live-online/socket.io'],
  ['https://example.org/live-online/live-online.0a1b2c3d4e5f6071.js', '/live-online/socket.io'],
  ['https://example.org/a.b/live.js?x=/c.d', '/a.b/socket.io'],
  ['https://example.org/live', '/live/socket.io'],
  ['https://example.org/live?v=1.2', '/live/socket.io'],
  ['https://example.org/v1.2/', '/v1.2/socket.io'],
])("[W1] the server's base address comes from the script's src: %s", (src, path) => {
  const registry: Record<string, unknown> = {};
  vi.stubGlobal(Symbol.for('live-online'), registry);
  createTagCounter(src, undefined, src);
  const [target] = Object.keys(registry).map((key) => JSON.parse(key) as object);
  expect(target).toMatchObject({ origin: new URL(src).origin, path });
});
