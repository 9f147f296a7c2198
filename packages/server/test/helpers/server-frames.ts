/** What a server has written after the response to an upgrade. */
export interface ServerFrames {
  /** The texts of its messages, oldest first. */
  texts: string[];
  pongs: string[];
  hasClosed: boolean;
}

/** Reads the whole frames of a server, which are never masked and never in fragments. */
export function readServerFrames(received: string): ServerFrames {
  const frames: ServerFrames = { texts: [], pongs: [], hasClosed: false };
  let at = received.indexOf('\r\n\r\n') + 4;
  while (at + 2 <= received.length) {
    const opcode = received.charCodeAt(at) & 0x0f;
    let length = received.charCodeAt(at + 1);
    at += 2;
    if (length === 126) {
      length = (received.charCodeAt(at) << 8) | received.charCodeAt(at + 1);
      at += 2;
    }
    const payload = received.slice(at, (at += length));
    if (at > received.length) break;
    if (opcode === 1) frames.texts.push(payload);
    if (opcode === 10) frames.pongs.push(payload);
    if (opcode === 8) frames.hasClosed = true;
  }
  return frames;
}
