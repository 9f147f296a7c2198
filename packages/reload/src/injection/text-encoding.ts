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
  /** The first byte of a code unit whose other one has not arrived. */
  readonly pending: Uint8Array;
  decode(chunk: Uint8Array): string;
}

export function createDecoder(unit: CodeUnit): Decoder {
  if (unit === 'byte') return { bytesPerCharacter: 1, pending: new Uint8Array(0), decode: latin1 };
  let pending = Buffer.alloc(0);
  return {
    bytesPerCharacter: 2,
    get pending() {
      return pending;
    },
    decode(chunk) {
      const bytes = Buffer.concat([pending, chunk]);
      const whole = bytes.subarray(0, bytes.length - (bytes.length % 2));
      pending = bytes.subarray(whole.length);
      return (unit === 'little' ? whole : whole.swap16()).toString('utf16le');
    },
  };
}

function latin1({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('latin1');
}

export function encode(text: string, unit: CodeUnit): Uint8Array {
  if (unit === 'byte') return Buffer.from(text, 'latin1');
  const bytes = Buffer.from(text, 'utf16le');
  return unit === 'little' ? bytes : bytes.swap16();
}
