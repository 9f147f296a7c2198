import { requireOfServer } from '../lib/packages.mjs';

const { WebSocket } = requireOfServer('ws');

/** The site that all clients are on. */
export const ORIGIN = 'http://storm.example';

const TOTAL = Buffer.from('42["total",');
const [ZERO, TWO, FOUR] = Buffer.from('024');

/**
 * One visitor on the wire: Engine.IO 4 and Socket.IO 5 as far as a counter needs them, read byte by byte,
 * so that a thousand of these cost less than the server that is measured.
 *
 * @param {string} url The server's base address, `http://…/`.
 * @param {object} on
 * @param {() => void} on.open The WebSocket stands.
 * @param {(handshake: { pingInterval: number }) => void} on.welcome Engine.IO's first packet.
 * @param {() => void} on.admitted Socket.IO's answer to CONNECT.
 * @param {(total: number) => void} on.total
 * @param {() => void} on.ping
 * @param {(error: Error) => void} on.failed Refused, closed or broken.
 * @returns {Client}
 *
 * @typedef {object} Client
 * @property {(gone?: () => void) => void} leave Says goodbye as Socket.IO's client does, and closes. When `gone` is
 *   called, the server has read the goodbye.
 */
export function connectClient(url, on) {
  const address = new URL('socket.io/?EIO=4&transport=websocket', url);
  address.protocol = 'ws:';
  const socket = new WebSocket(address, { origin: ORIGIN, perMessageDeflate: false });
  let left = false;
  const fail = (error) => {
    if (left) return;
    left = true;
    on.failed(error);
    socket.terminate();
  };
  socket.on('open', on.open);
  socket.on('error', fail);
  socket.on('close', (code) => fail(new Error(`connection closed with ${code}`)));
  socket.on('message', (data) => {
    if (data[0] === FOUR && data[1] === TWO) {
      const total = readTotal(data);
      if (total !== undefined) on.total(total);
    } else if (data[0] === TWO && data.length === 1) {
      on.ping();
      socket.send('3');
    } else if (data[0] === ZERO) {
      on.welcome(JSON.parse(data.subarray(1).toString()));
      socket.send('40');
    } else if (data[0] === FOUR && data[1] === ZERO) {
      on.admitted();
    } else if (data[0] === FOUR) {
      fail(new Error(`refused with ${data}`));
    }
  });
  return {
    leave(gone = () => {}) {
      left = true;
      socket.on('close', gone);
      socket.send('41');
      socket.close();
    },
  };
}

/** The number in `42["total",123]` or `42["total",123,{…}]`. */
function readTotal(data) {
  if (data.compare(TOTAL, 0, TOTAL.length, 0, TOTAL.length) !== 0) return undefined;
  let total = 0;
  for (let at = TOTAL.length; at < data.length; at++) {
    const digit = data[at] - ZERO;
    if (digit < 0 || digit > 9) break;
    total = total * 10 + digit;
  }
  return total;
}
