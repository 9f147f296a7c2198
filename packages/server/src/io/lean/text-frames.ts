import { isUtf8 } from 'node:buffer';
import { limits } from '@live-online/protocol';

const FINAL_TEXT = 0x81;
const MASKED = 0x80;
const LENGTH_IN_TWO_BYTES = 126;
const MASK_BYTES = 4;

/** A text, as the bytes from `start` up to `end`, where its frame ends. */
export interface TextFrame {
  start: number;
  end: number;
}

/**
 * Reads a frame of a client that is one whole text (RFC 6455 §5.2), and removes its mask in place.
 *
 * @param end where the data ends.
 * @returns `undefined`, with the data as it was, for all else: other frames, parts of frames, and frames that are malformed
 *   or too long.
 */
export function readTextFrame(data: Buffer, start: number, end: number): TextFrame | undefined {
  if (end - start < 2 + MASK_BYTES || data[start] !== FINAL_TEXT) return undefined;
  let offset = start + 2;
  let length = data[start + 1]! - MASKED;
  if (length === LENGTH_IN_TWO_BYTES) {
    length = data.readUInt16BE(offset);
    if (length < LENGTH_IN_TWO_BYTES || length > limits.maxClientMessageBytes) return undefined;
    offset += 2;
  } else if (length < 0 || length > LENGTH_IN_TWO_BYTES) return undefined;
  const frame = { start: offset + MASK_BYTES, end: offset + MASK_BYTES + length };
  if (frame.end > end) return undefined;
  applyMask(data, frame);
  if (isText(data, frame)) return frame;
  applyMask(data, frame);
  return undefined;
}

function applyMask(data: Buffer, { start, end }: TextFrame): void {
  const mask = start - MASK_BYTES;
  for (let at = start; at < end; at++) data[at] = data[at]! ^ data[mask + ((at - start) & 3)]!;
}

function isText(data: Buffer, { start, end }: TextFrame): boolean {
  return end - start === 1 ? data[start]! < 0x80 : isUtf8(data.subarray(start, end));
}
