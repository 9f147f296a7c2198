/**
 * One client on a TCP connection of its own: HTTP's upgrade, frames of WebSocket, Engine.IO 4 and Socket.IO 5 as far as a
 * counter needs them, parsed byte by byte, so that thousands of clients use less CPU time than the measured server.
 *
 * The kinds behave as real clients do, byte for byte after the upgrade:
 * - `stock`: as `socket.io-client` does. It waits for the open packet, sends CONNECT, and answers pings.
 * - `own`: as the script tag does. It puts its handshake into the address. If the server answers that it has joined, it sends
 *   heartbeats by itself; otherwise it continues as a stock client.
 * - `page`: the same for a person with two tabs who is on one of a hundred pages, and receives the count of that page.
 *
 * @typedef {'stock' | 'own' | 'page'} ClientKind
 */
import { connect } from 'node:net';
import { createFrameReader, frameOf } from './frames.mjs';

/** The site that all clients are on. */
const ORIGIN = 'http://storm.example';
const PROTOCOL_VERSION = 1;

const TOTAL = Buffer.from('["total",');
const [ZERO, TWO, FOUR] = Buffer.from('024');
const RESUME = /"resume":"([^"]+)"/;
const STALE = '"stale":true';

const DISCONNECT = Buffer.concat([frameOf('41'), frameOf(Buffer.of(0x03, 0xe8), 'close')]);
const PONG = frameOf('3');
const CONNECT = frameOf('40');

/** All connections are read into the same memory, because each read is parsed before the next one. */
const readBuffer = Buffer.allocUnsafeSlow(65_536);
const ignore = () => {};

/**
 * @param {string} url The server's base address, `http://…/`.
 * @param {object} on
 * @param {() => void} on.open The WebSocket is open.
 * @param {(handshake: { pingInterval: number, joined?: boolean, heartbeatInterval?: number }) => void} on.handshake
 *   Engine.IO's first packet.
 * @param {() => void} on.admitted Socket.IO's answer to CONNECT.
 * @param {(total: number, isStale: boolean) => void} on.total
 * @param {() => void} on.ping
 * @param {(error: Error) => void} on.failed The connection was rejected, closed or lost.
 * @param {{ kind?: ClientKind, member?: string, resume?: string, page?: string, localAddress?: string }} [identity] `member`
 *   is required for all kinds but `stock`, `page` for the kind `page`. `localAddress`: every address has 28,000 ports or so.
 * @returns {Client}
 *
 * @typedef {object} Client
 * @property {() => void} beat Sends a heartbeat.
 * @property {() => string | undefined} resume The newest resume token.
 * @property {(error: Error) => void} abort Fails with this error, and closes the connection without a DISCONNECT.
 * @property {(left?: () => void) => void} leave Sends DISCONNECT as Socket.IO's client does, and closes. When `left`
 *   is called, the server has read it.
 */
export function connectClient(url, on, identity = {}) {
  const { hostname, port, pathname } = new URL(url);
  return new WireClient({ host: hostname, port: Number(port), path: pathname }, on, identity);
}

class WireClient {
  #socket;
  #on;
  #identity;
  #reader;
  #hasEnded = false;
  #resume;

  constructor(address, on, identity) {
    this.#on = on;
    this.#identity = identity;
    this.#resume = identity.resume;
    this.#reader = createFrameReader({
      open: on.open,
      text: (data, from, to) => this.#read(data, from, to),
      close: () => this.#closedByServer(),
      failed: (error) => this.#fail(error),
    });
    const { host, port } = address;
    const onread = { buffer: readBuffer, callback: (length, data) => this.#reader.read(data, length) };
    const { localAddress } = identity;
    const socket = connect({ host, port, localAddress, noDelay: true, onread });
    this.#socket = socket;
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('connection closed')));
    socket.write(this.#upgradeRequest(address));
  }

  beat() {
    if (!this.#hasEnded) this.#socket.write(PONG);
  }

  resume() {
    return this.#resume;
  }

  abort(error) {
    this.#fail(error);
  }

  leave(left = ignore) {
    this.#hasEnded = true;
    this.#socket.on('close', left);
    this.#socket.write(DISCONNECT);
  }

  #upgradeRequest({ host, port, path }) {
    const { kind, member, page } = this.#identity;
    const resume = this.#resume === undefined ? '' : `&resume=${this.#resume}`;
    const place = kind === 'page' ? `&page=${encodeURIComponent(page)}&tabs=2` : '';
    const isOwn = kind === 'own' || kind === 'page';
    const join = isOwn ? `&join=${PROTOCOL_VERSION}&member=${member}${resume}${place}` : '';
    return (
      `GET ${path}socket.io/?EIO=4&transport=websocket${join} HTTP/1.1\r\nHost: ${host}:${port}\r\n` +
      `Origin: ${ORIGIN}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
      'Sec-WebSocket-Key: dGhpcyBpcyBhIGJlbmNoLg==\r\n\r\n'
    );
  }

  /** One packet. */
  #read(data, from, to) {
    const [type, subtype] = [data[from], data[from + 1]];
    if (type === FOUR && subtype === TWO) this.#readEvent(data, from + 2, to);
    else if (type === TWO && to === from + 1) {
      this.#on.ping();
      this.#socket.write(PONG);
    } else if (type === ZERO) this.#readOpen(JSON.parse(data.toString('utf8', from + 1, to)));
    else if (type === FOUR && subtype === ZERO) this.#on.admitted();
    else if (type === FOUR) this.#fail(new Error(`rejected with ${data.toString('utf8', from, to)}`));
  }

  #readOpen(handshake) {
    this.#on.handshake(handshake);
    if (handshake.joined !== true) this.#socket.write(this.#connectPacket());
  }

  #connectPacket() {
    const { member } = this.#identity;
    return member === undefined ? CONNECT : frameOf(`40${JSON.stringify({ member, resume: this.#resume })}`);
  }

  /** `["total",123]` or `["total",123,{…}]`. */
  #readEvent(data, from, to) {
    if (data.compare(TOTAL, 0, TOTAL.length, from, from + TOTAL.length) !== 0) return;
    let total = 0;
    let at = from + TOTAL.length;
    for (; at < to; at++) {
      const digit = data[at] - ZERO;
      if (digit < 0 || digit > 9) break;
      total = total * 10 + digit;
    }
    const details = to > at + 1 ? data.toString('utf8', at, to) : '';
    if (details !== '') this.#resume = RESUME.exec(details)?.[1] ?? this.#resume;
    this.#on.total(total, details.includes(STALE));
  }

  #closedByServer() {
    this.#fail(new Error('closed by the server'));
    this.#socket.destroy();
  }

  #fail(error) {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#on.failed(error);
    this.#socket.destroy();
  }
}
