import type { Socket as NetSocket } from 'node:net';

/** The operations of RFC 6455 §5.2. */
export const opcodes = { text: 0x1, close: 0x8, pong: 0xa } as const;

const FINAL = 0x80;

/** The longest payload whose length fits into the second byte of a frame, and into two more bytes. */
const MAX_LENGTH = { short: 125, medium: 65_535 };

const MAX_HEAD_BYTES = 4;

/**
 * Encodes texts as whole, unmasked WebSocket text frames (RFC 6455 §5.2) in one buffer.
 *
 * @param texts each of them up to 65,535 bytes in UTF-8.
 */
export function encodeTextFrames(...texts: string[]): Buffer {
  return encodeResponse('', texts);
}

/**
 * Encodes a response and the text frames that follow it in one buffer.
 *
 * @param response latin1; may be empty.
 */
export function encodeResponse(response: string, texts: readonly string[]): Buffer {
  let size = response.length;
  for (const text of texts) size += MAX_HEAD_BYTES + Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(size);
  let end = response === '' ? 0 : bytes.write(response, 'latin1');
  for (const text of texts) end = writeTextFrame(bytes, end, text);
  return bytes.subarray(0, end);
}

/** @param payload at most 125 bytes, as in all control frames. */
export function encodeFrame(opcode: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.of(FINAL | opcode, payload.length), payload]);
}

/** @returns where the next frame begins. */
function writeTextFrame(frames: Buffer, start: number, text: string): number {
  const length = Buffer.byteLength(text);
  if (length > MAX_LENGTH.medium) throw new RangeError('the text is too long for a frame');
  let offset = start;
  frames[offset++] = FINAL | opcodes.text;
  if (length <= MAX_LENGTH.short) {
    frames[offset++] = length;
  } else {
    frames[offset++] = 126;
    offset = frames.writeUInt16BE(length, offset);
  }
  return offset + frames.write(text, offset);
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
