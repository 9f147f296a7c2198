import { io } from 'socket.io-client';

const ORIGIN = 'http://storm.example';
const PROTOCOL_VERSION = 1;
const ignore = () => {};

/**
 * One client of Socket.IO that polls, with the interface of `connectClient()`.
 *
 * @param {string} url The server's base address.
 * @param {Pick<Parameters<typeof import('../counter/client.mjs').connectClient>[1], 'open' | 'total' | 'failed'>} on
 * @param {{ member: string, resume?: string }} identity
 * @returns {Omit<import('../counter/client.mjs').Client, 'beat'>}
 */
export function connectPoller(url, on, { member, resume }) {
  let token = resume;
  let hasEnded = false;
  const socket = io(url, {
    path: '/socket.io/',
    transports: ['polling'],
    reconnection: false,
    forceNew: true,
    extraHeaders: { origin: ORIGIN },
    auth: { v: PROTOCOL_VERSION, member, ...(resume !== undefined && { resume }) },
  });
  const fail = (error) => {
    if (hasEnded) return;
    hasEnded = true;
    // The caller uses what this function returns.
    queueMicrotask(() => on.failed(error));
    socket.disconnect();
  };
  socket.on('connect', on.open);
  socket.on('connect_error', fail);
  socket.on('disconnect', (reason) => fail(new Error(reason)));
  socket.on('total', (total, details = {}) => {
    token = details.resume ?? token;
    if (!hasEnded) on.total(total, details.stale === true);
  });
  return {
    resume: () => token,
    abort: fail,
    leave(left = ignore) {
      hasEnded = true;
      const { engine } = socket.io;
      if (engine === undefined || engine.readyState === 'closed') left();
      else engine.once('close', () => left());
      socket.disconnect();
    },
  };
}
