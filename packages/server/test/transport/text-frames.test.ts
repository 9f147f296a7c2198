import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FUZZ_TIMEOUT_MS, fuzzParameters } from '../../../../tests/helpers/fuzz.ts';
import { limits } from '@live-online/protocol';
import { readTextFrame } from '../../src/io/lean/text-frames.ts';

/** A client's frame under a mask (RFC 6455 §5.3). */
function masked(payload: Buffer, mask: Uint8Array, first = 0x81): Buffer {
  const length =
    payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.of(first, ...length), mask, payload.map((byte, at) => byte ^ mask[at & 3]!)]);
}

const masks = fc.uint8Array({ minLength: 4, maxLength: 4 });
const texts = fc.string({ unit: 'binary', maxLength: limits.maxClientMessageBytes / 4 });

describe('text frames', () => {
  it(
    '[C11] any text under any mask is read, wherever it lies among other bytes',
    { timeout: FUZZ_TIMEOUT_MS },
    () => {
      fc.assert(
        fc.property(texts, masks, fc.uint8Array(), fc.uint8Array(), (text, mask, before, after) => {
          const whole = masked(Buffer.from(text), mask);
          const data = Buffer.concat([before, whole, after]);
          const end = before.length + whole.length;
          const frame = readTextFrame(data, before.length, data.length)!;
          expect(frame.end).toBe(end);
          expect(data.toString('utf8', frame.start, frame.end)).toBe(text);
        }),
        fuzzParameters(1_000),
      );
    },
  );

  it('[C11] a part of a frame is left as it is', { timeout: FUZZ_TIMEOUT_MS }, () => {
    fc.assert(
      fc.property(texts, masks, fc.nat(), (text, mask, cut) => {
        const whole = masked(Buffer.from(text), mask);
        const data = whole.subarray(0, cut % whole.length);
        const before = Buffer.from(data);
        expect(readTextFrame(data, 0, data.length)).toBeUndefined();
        expect(data).toEqual(before);
      }),
      fuzzParameters(1_000),
    );
  });

  it.each([
    ['no UTF-8', masked(Buffer.of(0x34, 0xff), Buffer.of(1, 2, 3, 4))],
    ['one byte that is no UTF-8', masked(Buffer.of(0xff), Buffer.of(1, 2, 3, 4))],
    ['bytes', masked(Buffer.from('42'), Buffer.of(1, 2, 3, 4), 0x82)],
    ['the first fragment of a text', masked(Buffer.from('42'), Buffer.of(1, 2, 3, 4), 0x01)],
    ['without a mask', Buffer.from([0x81, 6, 1, 2, 3, 4, 5, 6])],
    ['too long', masked(Buffer.alloc(limits.maxClientMessageBytes + 1, 'x'), Buffer.of(1, 2, 3, 4))],
    ['of a length in more bytes than needed', Buffer.of(0x81, 0xfe, 0, 1, 0, 0, 0, 0, 0x33)],
    ['of a length in eight bytes', Buffer.of(0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0x33)],
  ])('[C11] a frame that is %s is left as it is', (_name, data) => {
    const before = Buffer.from(data);
    expect(readTextFrame(data, 0, data.length)).toBeUndefined();
    expect(data).toEqual(before);
  });
});
