/**
 * The frames of WebSocket (RFC 6455, section 5), as far as a benchmark needs them: servers send short, whole frames.
 */

const OPCODES = { text: 0x81, close: 0x88, ping: 0x89 };
const MASKED = 0x80;
const MASK_BYTES = 4;
/** A length of this value means that the real one follows in two bytes. */
const EXTENDED = 126;
const HEAD_END = '\r\n\r\n';
const ACCEPTED = Buffer.from('HTTP/1.1 101 ');

/**
 * A client's frame with at most 125 bytes. The mask is zero, which leaves the payload as it is and costs nothing to apply.
 *
 * @param {string | Buffer} payload
 * @param {keyof typeof OPCODES} type
 */
export function frameOf(payload, type = 'text') {
  const bytes = Buffer.from(payload);
  if (bytes.length >= EXTENDED) throw new RangeError('too long for a short frame');
  return Buffer.concat([Buffer.of(OPCODES[type], MASKED | bytes.length), Buffer.alloc(MASK_BYTES), bytes]);
}

/**
 * Reads what a server sends: the answer to the upgrade, then frames. Chunks may end anywhere.
 *
 * @param {object} on
 * @param {() => void} on.open The server has accepted the upgrade.
 * @param {(data: Buffer, from: number, to: number) => void} on.text A payload, valid until it returns.
 * @param {() => void} on.close
 * @param {(error: Error) => void} on.failed The server has rejected the upgrade.
 */
export function createFrameReader(on) {
  let isOpen = false;
  /** @type {Buffer | undefined} The start of a frame or of the answer that has not ended yet. */
  let rest;

  /** @returns where the first frame begins, or -1 if the answer has not ended or is a rejection. */
  function readAnswer(data, length) {
    const end = data.subarray(0, length).indexOf(HEAD_END);
    if (end < 0) return -1;
    if (data.compare(ACCEPTED, 0, ACCEPTED.length, 0, ACCEPTED.length) !== 0) {
      on.failed(new Error(`rejected with ${data.toString('latin1', 0, data.indexOf('\r'))}`));
      return -1;
    }
    isOpen = true;
    on.open();
    return end + HEAD_END.length;
  }

  /** @returns where the first frame begins that is not complete. */
  function readFrames(data, length, start) {
    let at = start;
    while (at + 2 <= length) {
      let size = data[at + 1];
      let from = at + 2;
      if (size === EXTENDED) {
        if (at + 4 > length) break;
        size = data.readUInt16BE(at + 2);
        from = at + 4;
      }
      const to = from + size;
      if (to > length) break;
      if (data[at] === OPCODES.text) on.text(data, from, to);
      else if (data[at] === OPCODES.close) on.close();
      at = to;
    }
    return at;
  }

  return {
    /** @param {Buffer} chunk Memory that may be used again after this returns. */
    read(chunk, chunkLength) {
      let [data, length] = [chunk, chunkLength];
      if (rest !== undefined) {
        data = Buffer.concat([rest, chunk.subarray(0, chunkLength)]);
        length = data.length;
        rest = undefined;
      }
      let at = 0;
      if (!isOpen) at = Math.max(0, readAnswer(data, length));
      if (isOpen) at = readFrames(data, length, at);
      if (at < length) rest = Buffer.from(data.subarray(at, length));
    },
  };
}
