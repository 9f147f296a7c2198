import { expect, test } from 'vitest';
import { baseOf, isAutoStart, type ScriptTag } from '../src/badge/attributes.ts';

const tag = (fields: Partial<ScriptTag> = {}): ScriptTag => ({
  src: 'http://localhost:8081/',
  async: false,
  defer: false,
  dataset: {},
  ...fields,
});

test('[W1] a bare tag waits for init()', () => {
  expect(isAutoStart(tag())).toBe(false);
});

test.each([
  { async: true },
  { defer: true },
  { dataset: { label: 'here' } },
  { dataset: { label: '' } },
  { dataset: { position: 'inline' } },
  { dataset: { theme: 'dark' } },
  { dataset: { server: 'https://counter.example/' } },
  { dataset: { token: 't' } },
])('[W1] a tag with async, defer or a data- attribute of the widget starts automatically: %j', (fields) => {
  expect(isAutoStart(tag(fields))).toBe(true);
});

test.each(['wpStrategy', 'cfasync', 'nscript', 'turboTrack', 'liveOnline'])(
  '[W1] an attribute of another tool does not start the widget: %s',
  (name) => {
    expect(isAutoStart(tag({ dataset: { [name]: 'defer' } }))).toBe(false);
  },
);

test.each([
  ['http://localhost:8081/', 'http://localhost:8081/'],
  ['http://localhost:8081/?v=1.2', 'http://localhost:8081/'],
  ['http://localhost:8081/live-online.js?v=2', 'http://localhost:8081/'],
  ['https://example.org/live-online/', 'https://example.org/live-online/'],
  ['https://example.org/live-online/live-online.js', 'https://example.org/live-online/'],
  ['https://example.org/live-online/live-online.0a1b2c3d4e5f6071.js', 'https://example.org/live-online/'],
  ['https://example.org/a.b/live.js?x=/c.d#e', 'https://example.org/a.b/'],
  ['https://example.org/live', 'https://example.org/live'],
  ['https://example.org/live?v=1.2', 'https://example.org/live'],
  ['https://example.org/live#/a.b', 'https://example.org/live'],
])("[W1] the server's base address comes from the script's src: %s", (src, server) => {
  expect(baseOf(src)).toBe(server);
});
