export interface SlotRange {
  readonly from: number;
  readonly to: number;
  readonly host: string;
  readonly port: number;
}

export const SLOTS = 16_384;

/** The slot of a key or a sharded channel: CRC-16/XMODEM of the hash tag (Redis Cluster specification). */
export function slotOf(name: string): number {
  const open = name.indexOf('{');
  const close = open < 0 ? -1 : name.indexOf('}', open + 1);
  const tag = close > open + 1 ? name.slice(open + 1, close) : name;
  let crc = 0;
  for (const byte of Buffer.from(tag)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc % SLOTS;
}

/**
 * Reads the reply of CLUSTER SLOTS.
 *
 * @param askedHost the host of the node that replied: a node that does not know its own host leaves it out
 */
export function parseSlots(reply: unknown, askedHost: string): SlotRange[] {
  if (!Array.isArray(reply)) throw new Error('unexpected reply to CLUSTER SLOTS');
  return reply.map((entry: unknown) => {
    const [from, to, master] = entry as [unknown, unknown, unknown];
    const [host, port] = master as [unknown, unknown];
    if (typeof from !== 'number' || typeof to !== 'number' || typeof port !== 'number') {
      throw new Error('unexpected reply to CLUSTER SLOTS');
    }
    return {
      from,
      to,
      host: typeof host === 'string' && host !== '' && host !== '?' ? host : askedHost,
      port,
    };
  });
}
