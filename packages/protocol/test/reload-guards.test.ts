import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isContentVersion,
  isReloadUpdate,
  limits,
  parseReloadHandshake,
  RELOAD_PROTOCOL_VERSION,
} from '../src/index.ts';

describe('handshakes of reloaded pages', () => {
  it('[P10] a token is all that is needed, and unknown fields are dropped', () => {
    expect(parseReloadHandshake({ token: 't', mood: 'calm' })).toEqual({
      ok: true,
      handshake: { token: 't' },
    });
    const whole = { v: 1, token: 'x'.repeat(limits.maxTokenLength), page: 'a-B_9' };
    expect(parseReloadHandshake(whole)).toEqual({ ok: true, handshake: whole });
  });

  it.each([
    undefined,
    null,
    'token',
    [],
    {},
    { token: '' },
    { token: 5 },
    { token: 'x'.repeat(limits.maxTokenLength + 1) },
    { token: 't', page: '' },
    { token: 't', page: 'a/b' },
    { token: 't', page: 'x'.repeat(65) },
    { token: 't', v: 0 },
    { token: 't', v: '1' },
  ])('[P10] %j is none', (value) => {
    expect(parseReloadHandshake(value)).toMatchObject({ ok: false, code: 'handshake-invalid' });
  });

  it('[P10] a newer protocol is refused by name', () => {
    const newer = { token: 't', v: RELOAD_PROTOCOL_VERSION + 1 };
    expect(parseReloadHandshake(newer)).toMatchObject({ ok: false, code: 'version-unsupported' });
  });
});

describe('what pages are told', () => {
  const version = { id: 'a.1' };

  it.each([version, { id: 'a', digest: 'x' }, { id: 'a', more: 1 }])('[P11] %j is a version', (value) => {
    expect(isContentVersion(value)).toBe(true);
  });

  it.each([null, undefined, 'a.1', {}, { id: '' }, { id: 5 }, { id: 'a', digest: 5 }])(
    '[P11] %j is none',
    (value) => {
      expect(isContentVersion(value)).toBe(false);
    },
  );

  it.each([
    { version, action: 'none' },
    { version, action: 'reload', why: 'new field' },
    { version, action: 'apply', css: ['/a.css'], images: [], html: true, exact: false },
    {
      version,
      action: 'apply',
      css: ['/a.css'],
      cssTexts: { '/a.css': 'p {}' },
      html: true,
      htmlText: '<p>',
    },
  ])('[P12] %j is an update', (value) => {
    expect(isReloadUpdate(value)).toBe(true);
  });

  it.each([
    null,
    { action: 'none' },
    { version, action: 'explode' },
    { version, action: 'apply', css: '/a.css' },
    { version, action: 'apply', images: [5] },
    { version, action: 'apply', html: 'yes' },
    { version, action: 'apply', css: ['/a.css'], cssTexts: 'p {}' },
    { version, action: 'apply', css: ['/a.css'], cssTexts: { '/a.css': 5 } },
    { version, action: 'apply', html: true, htmlText: 5 },
  ])('[P12] %j is none', (value) => {
    expect(isReloadUpdate(value)).toBe(false);
  });

  it('[P12] whatever comes is judged without a throw', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(typeof isReloadUpdate(value)).toBe('boolean');
        expect(typeof isContentVersion(value)).toBe('boolean');
        expect(typeof parseReloadHandshake(value).ok).toBe('boolean');
      }),
    );
  });
});
