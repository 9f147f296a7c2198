import { parseHandshake } from '@live-online/protocol';
import { afterEach, expect, test, vi } from 'vitest';
import { createMemberId } from '../src/client/member-id.ts';

afterEach(() => vi.unstubAllGlobals());

test('[W3] each page creates a unique id that is valid in the protocol', () => {
  const members = Array.from({ length: 1_000 }, createMemberId);
  expect(new Set(members).size).toBe(1_000);
  for (const member of members) expect(parseHandshake({ member })).toMatchObject({ ok: true });
});

test.each([0, 2 ** 32 - 1])('[W3] the shortest and the longest id are valid: %d', (value) => {
  vi.stubGlobal('crypto', { getRandomValues: (array: Uint32Array) => array.fill(value) });
  expect(parseHandshake({ member: createMemberId() })).toMatchObject({ ok: true });
});

test('[W3] a page on plain http, which has no randomUUID, creates an id', () => {
  const { crypto } = globalThis;
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
  expect(parseHandshake({ member: createMemberId() })).toMatchObject({ ok: true });
});
