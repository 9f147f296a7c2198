import { describe, expect, it } from 'vitest';
import { HeadPosition, type Token } from '../../src/injection/head-position.ts';

const at = { startOffset: 10, endOffset: 20 };
const start = (name: string, attributes: Record<string, string> = {}): Token => ({
  kind: 'start',
  name,
  attributes: Object.entries(attributes).map(([key, value]) => ({ name: key, value })),
  selfClosing: false,
  at,
});
const end = (name: string): Token => ({ kind: 'end', name, at });
const text = (content: string): Token => ({ kind: 'text', text: content, at });
const before = { kind: 'here', offset: 10 };
const after = { kind: 'here', offset: 20 };
const later = { kind: 'later', offset: 20 };

describe('the first position for the tag', () => {
  it.each<[name: string, tokens: Token[], isCharsetKnown: boolean, expected: object]>([
    ['after <head> if the encoding is known', [start('head')], true, after],
    ['after a <meta charset> otherwise', [start('head'), start('meta', { charset: 'utf-8' })], false, after],
    ['before </head> without one', [start('head'), end('head')], false, before],
    ['before <body>', [start('html'), start('body')], false, before],
    ['before the first text', [start('html'), text('hello')], false, before],
    ['later than white space', [start('html'), text(' \n\0')], false, later],
    ['later than the text of a <title>', [start('title'), text('hello')], false, later],
    ['later than elements in a <template>', [start('template'), start('p')], false, later],
    ['before text after a <title>', [start('title'), text('a'), end('title'), text('b')], false, before],
    ['later than a comment', [{ kind: 'other', at }], false, later],
  ])('[R7] %s', (_name, tokens, isCharsetKnown, expected) => {
    const position = new HeadPosition({ isCharsetKnown, isByteWise: true });
    const findings = tokens.map((token) => position.read(token));
    expect(findings.at(-1)).toEqual(expected);
  });

  it('[R7] a <meta> with an encoding that cannot be scanned ends the search', () => {
    const position = new HeadPosition({ isCharsetKnown: false, isByteWise: true });
    expect(position.read(start('meta', { charset: 'iso-2022-jp' }))).toEqual({
      kind: 'unsafe',
      encoding: 'iso-2022-jp',
    });
  });
});
