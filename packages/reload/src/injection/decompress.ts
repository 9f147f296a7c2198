import { PassThrough, Readable, type Duplex } from 'node:stream';
import * as zlib from 'node:zlib';

const { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } = zlib;

/** From Node 22.15 on. */
const { createZstdDecompress } = zlib as {
  createZstdDecompress?: (options: { params: Record<number, number> }) => Duplex;
};
/** Browsers accept windows of up to 8 MB (RFC 9659). A larger one takes its memory for each response. */
const MAX_ZSTD_WINDOW_LOG = 23;

/** The compressions that this Node can decompress, in lower case. */
const DECODABLE: ReadonlySet<string> = new Set([
  'gzip',
  'x-gzip',
  'deflate',
  'br',
  ...(createZstdDecompress ? ['zstd'] : []),
]);

/** Whether `decompress` supports an encoding. */
export function isDecodable(encoding: string): boolean {
  return DECODABLE.has(encoding.toLowerCase());
}

/** Each one takes memory. Servers use one, or two with a proxy. */
const MAX_ENCODINGS = 5;

/**
 * Decompresses a body.
 *
 * @param encodings lower case, in the order in which they were applied.
 * @returns `unknown` if one of them is not supported, or there are more than 5.
 */
export function decompress(
  body: Readable | Buffer,
  encodings: readonly string[],
): Readable | Buffer | 'unknown' {
  if (encodings.length > MAX_ENCODINGS || !encodings.every(isDecodable)) return 'unknown';
  if (encodings.length === 0) return body;
  let stream = body instanceof Readable ? body : Readable.from([body]);
  for (const name of [...encodings].reverse()) stream = decompressOne(stream, name);
  return stream;
}

function decompressOne(source: Readable, encoding: string): Readable {
  const target = new PassThrough();
  const flushing = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
  const connect = (decoder: Duplex, first?: Buffer): void => {
    decoder.on('error', (error) => target.destroy(error));
    source.on('error', (error) => target.destroy(error));
    target.on('close', () => {
      decoder.destroy();
      source.destroy();
    });
    decoder.pipe(target);
    if (first) decoder.write(first);
    source.pipe(decoder);
  };
  if (encoding === 'br') {
    connect(
      createBrotliDecompress({
        flush: constants.BROTLI_OPERATION_FLUSH,
        finishFlush: constants.BROTLI_OPERATION_FLUSH,
      }),
    );
  } else if (encoding === 'zstd') {
    const { ZSTD_d_windowLogMax: windowLogMax } = constants as typeof constants & {
      ZSTD_d_windowLogMax: number;
    };
    connect(createZstdDecompress!({ params: { [windowLogMax]: MAX_ZSTD_WINDOW_LOG } }));
  } else if (encoding !== 'deflate') connect(createGunzip(flushing));
  else {
    // Some servers send raw deflate, without the zlib wrapper of RFC 9110 §8.4.1.2.
    const endEmpty = (): void => void target.end();
    source.once('data', (first: Buffer) => {
      source.off('end', endEmpty);
      source.pause();
      connect((first[0]! & 0x0f) === 0x08 ? createInflate(flushing) : createInflateRaw(flushing), first);
    });
    source.once('error', (error) => target.destroy(error));
    source.once('end', endEmpty);
  }
  return target;
}
