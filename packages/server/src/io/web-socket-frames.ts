import type { Socket as NetSocket } from 'node:net';

/** The longest payload whose length fits into the second byte of a frame, and into two more bytes. */
const MAX_LENGTH = { short: 125, medium: 65_535 };

/**
 * Encodes texts as whole, unmasked WebSocket text frames (RFC 6455 §5.2) in one buffer.
 *
 * @param texts each of them up to 65,535 bytes in UTF-8.
 */
export function encodeTextFrames(...texts: string[]): Buffer {
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const frames = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + headBytes(length) + length, 0));
  let offset = 0;
  texts.forEach((text, index) => {
    const length = lengths[index]!;
    frames[offset++] = 0x81;
    if (length <= MAX_LENGTH.short) {
      frames[offset++] = length;
    } else {
      frames[offset++] = 126;
      offset = frames.writeUInt16BE(length, offset);
    }
    offset += frames.write(text, offset);
  });
  return frames;
}

function headBytes(length: number): number {
  if (length > MAX_LENGTH.medium) throw new RangeError('the text is too long for a frame');
  return length <= MAX_LENGTH.short ? 2 : 4;
}

/**
 * Writes a whole frame to a connection.
 *
 * @param drained called when a frame that had to wait behind other bytes is written.
 * @returns whether another frame may follow at once. If not, `drained` is called, or the connection is closed.
 */
export function writeFrame(connection: NetSocket, frame: Buffer, drained: () => void): boolean {
  if (!connection.writable) return false;
  // An idle connection nearly always takes the frame at once; a callback would cost a tenth of the write.
  if (connection.writableLength === 0) {
    connection.write(frame);
    return true;
  }
  connection.write(frame, drained);
  return false;
}
