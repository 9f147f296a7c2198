/** The size of a code unit: a byte, or two bytes in little- or big-endian order. */
export type CodeUnit = 'byte' | 'little' | 'big';

const UNSAFE = /^(iso-?2022|csiso2022|hz-gb|utf-?7|utf-?32|ucs-?4|unicode-1-1-utf-7)/i;

/** Whether bytes that look like markup can be parts of other characters. */
export function isUnsafeEncoding(name: string): boolean {
  return UNSAFE.test(name);
}

/**
 * The code unit of a document by its first bytes and its Content-Type; `undefined` if the document cannot be scanned.
 *
 * @param charset the charset of the Content-Type
 */
export function detectCodeUnit(bytes: Uint8Array, charset: string | undefined): CodeUnit | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? undefined : 'little';
  if (a === 0xfe && b === 0xff) return 'big';
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'byte';
  const name = charset?.trim().toLowerCase() ?? '';
  if (/^utf-?16-?be$|^unicodefffe$/.test(name)) return 'big';
  if (/^utf-?16(-?le)?$|^ucs-2$|^unicode$|^csunicode$|^iso-10646-ucs-2$/.test(name)) return 'little';
  return isUnsafeEncoding(name) ? undefined : 'byte';
}

/** The length of the byte order mark. */
export function bomLength([a, b, c]: Uint8Array): number {
  if (a === 0xef && b === 0xbb && c === 0xbf) return 3;
  return (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) ? 2 : 0;
}

/** Decodes a document to one character per code unit, so that offsets in the text are offsets in the bytes. */
export interface Decoder {
  readonly bytesPerCharacter: 1 | 2;
  /** Bytes of a code unit whose other half has not arrived. */
  readonly pendingBytes: 0 | 1;
  decode(chunk: Uint8Array): string;
}

export function createDecoder(unit: CodeUnit): Decoder {
  if (unit === 'byte') return { bytesPerCharacter: 1, pendingBytes: 0, decode: latin1 };
  let pending: number | undefined;
  return {
    bytesPerCharacter: 2,
    get pendingBytes() {
      return pending === undefined ? 0 : 1;
    },
    decode(chunk) {
      let text = '';
      for (const byte of chunk) {
        if (pending === undefined) pending = byte;
        else {
          text += String.fromCharCode(unit === 'little' ? pending | (byte << 8) : (pending << 8) | byte);
          pending = undefined;
        }
      }
      return text;
    },
  };
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += 8_192) {
    text += String.fromCharCode(...bytes.subarray(start, start + 8_192));
  }
  return text;
}

export function encode(text: string, unit: CodeUnit): Uint8Array {
  const codes = Array.from(text, (character) => character.charCodeAt(0));
  if (unit === 'byte') return Uint8Array.from(codes);
  return Uint8Array.from(codes.flatMap((code) => (unit === 'little' ? [code, 0] : [0, code])));
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const filled = parts.filter(({ length }) => length > 0);
  if (filled.length === 1) return filled[0]!;
  const whole = new Uint8Array(filled.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of filled) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
