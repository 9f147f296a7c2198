import { describe, expect, it } from 'vitest';
import { parseSyncMessage, parseSyncToken } from '../../src/sync/sync-message.ts';

const ALL = { scroll: true, clicks: true, fields: true, navigation: true };
const parse = (message: object, parts = ALL) => parseSyncMessage(JSON.stringify(message), parts);

describe('a message between pages', () => {
  it.each([
    { part: 'scroll', page: '/', x: 0, y: 1 },
    { part: 'scroll', page: '/', target: '#c', x: 0.5, y: 0 },
    { part: 'clicks', page: '/a?b', target: '#c' },
    { part: 'fields', page: '/', target: '#c', value: '' },
    { part: 'fields', page: '/', target: '#c', checked: false },
    { part: 'navigation', page: '/d' },
  ])('[R23] %j is passed on, without unknown fields', (message) => {
    expect(parse({ ...message, more: 1 })).toEqual(message);
    expect(parse(message, { ...ALL, [message.part]: false })).toBeUndefined();
  });

  it.each([
    { part: 'other', page: '/' },
    { part: 'scroll', page: '/', x: 0, y: 2 },
    { part: 'scroll', page: '/', x: 0 },
    { part: 'scroll', page: '/', target: 5, x: 0, y: 0 },
    { part: 'clicks', page: '/', target: '' },
    { part: 'fields', page: '/', target: '#c' },
    { part: 'fields', page: '/', target: '#c', value: 'x'.repeat(1_001) },
    { part: 'navigation', page: '//evil.example/' },
    { part: 'navigation', page: '/\\evil.example/' },
    // Browsers remove tabs and line breaks from a URL.
    { part: 'navigation', page: '/\t/evil.example/' },
    { part: 'navigation', page: '/\n\\evil.example/' },
    { part: 'navigation', page: '/.//evil.example/\r' },
    { part: 'navigation', page: 'javascript:alert(1)' },
    { part: 'navigation', page: `/${'x'.repeat(500)}` },
  ])('[R23] %j is discarded', (message) => {
    expect(parse(message)).toBeUndefined();
  });

  it('[R23] what is no object is discarded', () => {
    for (const text of ['', 'null', '[]', '1', '{']) {
      expect(parseSyncMessage(text, ALL)).toBeUndefined();
      expect(parseSyncToken(text)).toBeUndefined();
    }
  });
});
