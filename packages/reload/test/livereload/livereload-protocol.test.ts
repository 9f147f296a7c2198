import { describe, expect, it } from 'vitest';
import { answerHello, commandsOf, isLiveReloadOrigin } from '../../src/livereload/livereload-protocol.ts';

const PROTOCOL_7 = 'http://livereload.com/protocols/official-7';
const version = { id: 'a.1' };

describe('the LiveReload protocol', () => {
  it('[R22] answers a hello that offers version 7, and nothing else', () => {
    const hello = { command: 'hello', protocols: ['http://livereload.com/protocols/official-6', PROTOCOL_7] };
    expect(answerHello(JSON.stringify(hello))).toMatchObject({ command: 'hello', protocols: [PROTOCOL_7] });
    for (const message of [
      '',
      '{',
      'null',
      '!!ver:1.6',
      '{"command":"hello"}',
      '{"command":"hello","protocols":[]}',
    ])
      expect(answerHello(message)).toBeUndefined();
    expect(answerHello(JSON.stringify({ ...hello, command: 'info' }))).toBeUndefined();
  });

  it('[R22] sends one command for each file that is replaced in place, without text', () => {
    const inPlace = { command: 'reload', liveCSS: true, liveImg: true };
    const cssTexts = { '/a%20b.css': 'secret' };
    expect(
      commandsOf({
        version,
        action: 'apply',
        css: ['/a%20b.css'],
        cssTexts,
        images: ['/c.png'],
        exact: true,
      }),
    ).toEqual([
      { ...inPlace, path: '/a b.css' },
      { ...inPlace, path: '/c.png' },
    ]);
    expect(commandsOf({ version, action: 'apply', css: ['src/100%25.css'], exact: false })).toMatchObject([
      { path: 'src/100%25.css' },
    ]);
  });

  it('[R22] reloads the page for everything else', () => {
    const reload = [{ command: 'reload', path: '/', liveCSS: false, liveImg: false }];
    expect(commandsOf({ version, action: 'none' })).toEqual([]);
    expect(commandsOf({ version, action: 'reload' })).toEqual(reload);
    const css = Array.from({ length: 51 }, (_, index) => `/${index}.css`);
    expect(commandsOf({ version, action: 'apply', css, exact: true })).toEqual(reload);
  });

  it.each([
    ['chrome-extension://jnihajbhpnppcggbcgedagnkighmdlei', true],
    ['moz-extension://9e1a1b3c-0d5f-4c5a-8a3e-2f6f0f6d8b7a', true],
    ['http://192.168.1.5:8080', true],
    ['http://192.168.1.6:8080', false],
    ['http://192.168.1.5.example.org', false],
    ['http://192.168.1.5@example.org', false],
    ['file://', false],
    ['chrome-extension://a/b', false],
  ])('[R22] a client of 192.168.1.5 with the origin %s: %s', (origin, isAllowed) => {
    expect(isLiveReloadOrigin(origin, '192.168.1.5')).toBe(isAllowed);
  });
});
