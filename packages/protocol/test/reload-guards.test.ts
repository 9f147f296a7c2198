import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FUZZ_TIMEOUT_MS, fuzzParameters } from '../../../tests/helpers/fuzz.ts';
import {
  isContentVersion,
  isReloadOverlay,
  isReloadUpdate,
  limits,
  parseReloadHandshake,
  RELOAD_PROTOCOL_VERSION,
} from '../src/index.ts';

describe('reload handshakes', () => {
  it('[P10] only the token is required, and unknown fields are dropped', () => {
    expect(parseReloadHandshake({ token: 't', unknown: 1 })).toEqual({
      ok: true,
      handshake: { token: 't' },
    });
    const complete = { v: 1, token: 'x'.repeat(limits.maxTokenLength), page: 'a-B_9' };
    expect(parseReloadHandshake(complete)).toEqual({ ok: true, handshake: complete });
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
  ])('[P10] %j is rejected', (value) => {
    expect(parseReloadHandshake(value)).toMatchObject({ ok: false, code: 'handshake-invalid' });
  });

  it('[P10] a newer protocol version is rejected as version-unsupported', () => {
    const newer = { token: 't', v: RELOAD_PROTOCOL_VERSION + 1 };
    expect(parseReloadHandshake(newer)).toMatchObject({ ok: false, code: 'version-unsupported' });
  });
});

describe('versions and updates', () => {
  const version = { id: 'a.1' };

  it.each([version, { id: 'a', digest: 'x' }, { id: 'a', more: 1 }])(
    '[P11] %j is a valid version',
    (value) => {
      expect(isContentVersion(value)).toBe(true);
    },
  );

  it.each([null, undefined, 'a.1', {}, { id: '' }, { id: 5 }, { id: 'a', digest: 5 }])(
    '[P11] %j is not a valid version',
    (value) => {
      expect(isContentVersion(value)).toBe(false);
    },
  );

  it.each([
    { version, action: 'none' },
    { version, action: 'reload', unknown: 'field' },
    { version, action: 'apply', css: ['/a.css'], images: [], html: true, exact: false },
    {
      version,
      action: 'apply',
      css: ['/a.css'],
      cssTexts: { '/a.css': 'p {}' },
      html: true,
      htmlText: '<p>',
    },
  ])('[P12] %j is a valid update', (value) => {
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
  ])('[P12] %j is not a valid update', (value) => {
    expect(isReloadUpdate(value)).toBe(false);
  });

  it('[P12] no value makes a guard throw', { timeout: FUZZ_TIMEOUT_MS }, () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(typeof isReloadUpdate(value)).toBe('boolean');
        expect(typeof isContentVersion(value)).toBe('boolean');
        expect(typeof parseReloadHandshake(value).ok).toBe('boolean');
      }),
      fuzzParameters(300),
    );
  });
});

describe('overlays', () => {
  it.each([
    { title: 't' },
    { title: 't', text: 'x', file: 'a.ts', line: 1, column: 2 },
    { title: '', more: 1 },
  ])('[P24] %j is a valid overlay', (value) => expect(isReloadOverlay(value)).toBe(true));

  it.each([null, undefined, 't', {}, { title: 5 }, { title: 't', text: 5 }, { title: 't', line: '1' }])(
    '[P24] %j is not a valid overlay',
    (value) => expect(isReloadOverlay(value)).toBe(false),
  );
});
