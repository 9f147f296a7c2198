import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, constants, createBrotliCompress, createDeflate, gzipSync } from 'node:zlib';

const MEBIBYTE = 1 << 20;
/** How many MiB a bomb has when it is decompressed, not counting its head. */
export const BOMB_MIB = 300;

/** The content is compressed as a stream, or not at all but in copies: a test never holds it. */
const block: Buffer = Buffer.alloc(MEBIBYTE, 'x');

/** Each 1 MiB is a member of its own (RFC 1952 §2.2), so that one is compressed and copied. */
function gzipBomb(head: string): Buffer {
  return Buffer.concat([gzipSync(head), ...Array.from<Buffer>({ length: BOMB_MIB }).fill(gzipSync(block))]);
}

function streamedBomb(head: string, compressor: NodeJS.ReadWriteStream): Promise<Buffer> {
  function* content(): Generator<Buffer> {
    yield Buffer.from(head);
    for (let count = 0; count < BOMB_MIB; count++) yield block;
  }
  return buffer(Readable.from(content()).pipe(compressor));
}

/**
 * What creates a content of `head` and 300 MiB after it, for each `Content-Encoding`: 1.4 MB and less of bytes, and less than
 * 200 bytes in gzip and brotli together.
 */
export const decompressionBombs: Readonly<Record<string, (head: string) => Promise<Buffer>>> = {
  deflate: (head) => streamedBomb(head, createDeflate()),
  br: (head) => streamedBomb(head, createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 3 } })),
  'gzip, br': async (head) =>
    brotliCompressSync(gzipBomb(head), { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
};
