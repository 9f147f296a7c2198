/** Clients that ask for a WebSocket and leave at once, as those of a flood do. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { answer } from '../lib/answer.mjs';

/** As many at the same time. */
const CONCURRENCY = 50;

let members = 0;

/** Resolves to the status of the answer. */
async function handshake({ hostname, port }) {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  socket.write(
    [
      `GET /socket.io/?EIO=4&transport=websocket&join=1&member=member-${members++} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      'Origin: http://storm.example',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      '\r\n',
    ].join('\r\n'),
  );
  const [head] = await once(socket, 'data');
  const closed = once(socket, 'close');
  socket.destroy();
  await closed;
  return Number(head.toString('latin1', 9, 12));
}

answer({
  /** `n` handshakes. Resolves to how many had the status 101. */
  async flood(url, n) {
    const target = new URL(url);
    let left = n;
    let accepted = 0;
    const run = async () => {
      while (left-- > 0) if ((await handshake(target)) === 101) accepted++;
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, run));
    return accepted;
  },
});
