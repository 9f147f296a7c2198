import { parseHandshake } from '@live-online/protocol';
import { afterEach, expect, test, vi } from 'vitest';
import { createMember } from '../src/client/member.ts';

afterEach(() => vi.unstubAllGlobals());

test('[W3] each page makes an id of its own that the protocol takes', () => {
  const members = Array.from({ length: 1_000 }, createMember);
  expect(new Set(members).size).toBe(1_000);
  for (const member of members) expect(parseHandshake({ member })).toMatchObject({ ok: true });
});

test.each([0, 2 ** 32 - 1])('[W3] also the shortest and the longest id are sound: %d', (value) => {
  vi.stubGlobal('crypto', { getRandomValues: (array: Uint32Array) => array.fill(value) });
  expect(parseHandshake({ member: createMember() })).toMatchObject({ ok: true });
});

test('[W3] a page on plain http, which has no randomUUID, makes its id all the same', () => {
  const { crypto } = globalThis;
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
  expect(parseHandshake({ member: createMember() })).toMatchObject({ ok: true });
});
