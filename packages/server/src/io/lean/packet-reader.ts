import { Decoder, PacketType, type Packet } from 'socket.io-parser';

/** What a packet of a client means. */
export type ClientPacket =
  | { readonly type: 'connect'; readonly auth: unknown }
  /** `answer`: of an event that the server never sent. `foreign`: of another namespace, or of a server. */
  | { readonly type: 'event'; readonly event: unknown }
  | { readonly type: 'second-connect' | 'answer' | 'disconnect' | 'foreign' }
  | { readonly type: 'heartbeat' | 'close' | 'ignored' | 'malformed' };

const HEARTBEAT = { type: 'heartbeat' } as const;
const IGNORED = { type: 'ignored' } as const;
const MALFORMED = { type: 'malformed' } as const;

/** The types of Engine.IO's packets: their first characters. A ping is the server's, and malformed from a client. */
const types = { open: 0x30, close: 0x31, pong: 0x33, message: 0x34, upgrade: 0x35, noop: 0x36 };

const MESSAGE_TYPE = /^[0-6]/;

/** What the reader keeps for one connection. */
export interface PacketState {
  /** Whether it has sent a CONNECT. */
  hasConnected: boolean;
  /** While a packet with binary attachments is incomplete. */
  decoder: MessageDecoder | undefined;
}

/** Decodes Socket.IO's packets by its own library. */
class MessageDecoder {
  readonly #decoder = new Decoder();
  #decoded: Packet | undefined;

  constructor() {
    this.#decoder.on('decoded', (packet: Packet) => (this.#decoded = packet));
  }

  /** @returns `undefined` while attachments are missing. @throws if the packet is malformed */
  decode(data: string | Buffer): Packet | undefined {
    this.#decoded = undefined;
    this.#decoder.add(data);
    return this.#decoded;
  }
}

/** Of all packets that have no attachments: they are decoded at once, and leave nothing behind. */
const sharedDecoder = new MessageDecoder();

/** Reads a packet of Engine.IO 4, with its packet of Socket.IO 5. Never throws. */
export function readPacket(state: PacketState, data: Buffer, isBinary: boolean): ClientPacket {
  if (isBinary) return readMessage(state, data);
  switch (data[0]) {
    case types.pong:
      return HEARTBEAT;
    case types.message:
      return readMessage(state, data.toString('utf8', 1));
    case types.close:
      return { type: 'close' };
    // Only servers send them, and they change nothing.
    case types.open:
    case types.upgrade:
    case types.noop:
      return IGNORED;
    default:
      return MALFORMED;
  }
}

function readMessage(state: PacketState, data: string | Buffer): ClientPacket {
  // The library takes an empty type, or a space, for the number 0: a CONNECT that would not be counted as one.
  if (typeof data === 'string' && !MESSAGE_TYPE.test(data)) return MALFORMED;
  if (typeof data === 'string' && data[0] === '0') {
    // A CONNECT names its namespace unless that is the main one: `0/name,{…}`.
    const isFirst = !state.hasConnected && (data[1] !== '/' || data[2] === ',');
    state.hasConnected = true;
    if (!isFirst) return { type: 'second-connect' };
  }
  try {
    return classify(decode(state, data));
  } catch {
    return MALFORMED;
  }
}

function decode(state: PacketState, data: string | Buffer): Packet | undefined {
  const isBinaryPacket = typeof data === 'string' && (data[0] === '5' || data[0] === '6');
  if (isBinaryPacket) state.decoder ??= new MessageDecoder();
  const packet = (state.decoder ?? sharedDecoder).decode(data);
  if (packet) state.decoder = undefined;
  return packet;
}

function classify(packet: Packet | undefined): ClientPacket {
  if (!packet) return IGNORED;
  if (packet.nsp !== '/') return { type: 'foreign' };
  switch (packet.type) {
    case PacketType.CONNECT:
      return { type: 'connect', auth: packet.data as unknown };
    case PacketType.EVENT:
    case PacketType.BINARY_EVENT:
      return { type: 'event', event: packet.data as unknown };
    case PacketType.DISCONNECT:
      return { type: 'disconnect' };
    case PacketType.ACK:
    case PacketType.BINARY_ACK:
      return { type: 'answer' };
    // Only servers send it.
    case PacketType.CONNECT_ERROR:
      return { type: 'foreign' };
  }
}
