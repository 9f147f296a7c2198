import { expect, test } from 'vitest';
import { readAttributes, isAutoStart, type ScriptTag } from '../src/badge/attributes.ts';

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
  { dataset: { unknown: '' } },
])('[W1] a tag with async, defer or any data- attribute starts automatically: %j', (fields) => {
  expect(isAutoStart(tag(fields))).toBe(true);
});

test.each([
  ['http://localhost:8081/', 'http://localhost:8081/'],
  ['http://localhost:8081/live-online.js?v=2', 'http://localhost:8081/'],
  ['https://example.org/live-online/', 'https://example.org/live-online/'],
  ['https://example.org/live-online/live-online.js', 'https://example.org/live-online/'],
])("[W1] the server's base address comes from the script's src: %s", (src, server) => {
  expect(readAttributes(tag({ src })).server).toBe(server);
});

test('[W1] without attributes the defaults apply', () => {
  expect(readAttributes(tag())).toMatchObject({ label: 'online', position: undefined, token: undefined });
  const dataset = {
    server: 'https://counter.example/',
    token: 't',
    label: 'here',
    position: 'inline',
    theme: 'dark',
  };
  expect(readAttributes(tag({ dataset }))).toEqual(dataset);
});
