const LIBRARY =
  /\/node_modules\/((?:socket|engine)\.io-(?:client|parser)\/build\/esm\/.*\.js|@socket\.io\/component-emitter\/.*\.js)$/;

/**
 * Replacements for modules of Socket.IO's client that the counter needs only in part. The counter passes its single
 * transport, sends and reads text only (it drops binary frames before a parser reads them), schedules its own retries,
 * and supports no browser that needs the shims.
 */
const REPLACED = {
  'socket.io-client/build/esm/index.js': `
    export { Manager } from './manager.js';
    export { WebSocket } from 'engine.io-client';`,
  'socket.io-client/build/esm/contrib/backo2.js': `
    export class Backoff { reset() {} }`,
  'engine.io-client/build/esm/index.js': `
    export { Socket } from './socket.js';
    export { installTimerFunctions } from './util.js';
    export { nextTick } from './globals.node.js';
    export { WS as WebSocket } from './transports/websocket.js';`,
  'engine.io-client/build/esm/transports/index.js': `
    export const transports = {};`,
  'engine.io-client/build/esm/util.js': `
    export const installTimerFunctions = (object) => {
      object.setTimeoutFn = (task, delay) => setTimeout(task, delay);
      object.clearTimeoutFn = (timer) => clearTimeout(timer);
    };
    export const pick = () => {};
    export const byteLength = pick;
    export const randomString = pick;`,
  'engine.io-client/build/esm/globals.js': `
    export const nextTick = (task) => { Promise.resolve().then(task).catch(() => {}); };
    export const globalThisShim = self;
    export const defaultBinaryType = 'arraybuffer';
    export const createCookieJar = () => {};`,
  'engine.io-client/build/esm/contrib/parseuri.js': `
    export const parse = (uri) => {
      const { protocol, hostname, port } = new URL(uri);
      return { protocol: protocol.slice(0, -1), host: hostname.replace(/[[\\]]/g, ''), port };
    };`,
  'engine.io-parser/build/esm/index.js': `
    export { encodePacket } from './encodePacket.js';
    export { decodePacket } from './decodePacket.js';
    export const protocol = 4;`,
  'engine.io-parser/build/esm/encodePacket.browser.js': `
    import { PACKET_TYPES } from './commons.js';
    export const encodePacket = ({ type, data }, _, callback) => callback(PACKET_TYPES[type] + (data || ''));`,
  'engine.io-parser/build/esm/decodePacket.browser.js': `
    import { PACKET_TYPES_REVERSE } from './commons.js';
    export const decodePacket = (frame) => ({ type: PACKET_TYPES_REVERSE[frame[0]], data: frame.slice(1) });`,
  'socket.io-parser/build/esm/is-binary.js': `
    export const isBinary = () => false;
    export const hasBinary = isBinary;`,
  'socket.io-parser/build/esm/binary.js': `
    export const deconstructPacket = (packet) => ({ packet, buffers: [] });
    export const reconstructPacket = (packet) => packet;`,
};

/**
 * esbuild plugin: replaces the modules above and allows tree shaking of Socket.IO's client. The build fails if one of them
 * is not in the bundle, so that an update of the library cannot bring the original back unnoticed.
 */
export function leanSocketIo() {
  return {
    name: 'lean-socket-io',
    setup(build) {
      const replaced = new Set();
      build.onResolve({ filter: /./ }, async ({ path, pluginData, ...from }) => {
        if (pluginData === leanSocketIo) return;
        const resolved = await build.resolve(path, { ...from, pluginData: leanSocketIo });
        if (resolved.errors.length || !libraryName(resolved.path)) return;
        return { ...resolved, sideEffects: false };
      });
      build.onLoad({ filter: /[\\/]build[\\/]esm[\\/].*\.js$/ }, async ({ path }) => {
        const name = libraryName(path);
        if (!(name in REPLACED)) return;
        replaced.add(name);
        return { contents: REPLACED[name], loader: 'js' };
      });
      build.onEnd(() => {
        const missing = Object.keys(REPLACED).filter((name) => !replaced.has(name));
        return { errors: missing.map((name) => ({ text: `lean-socket-io: ${name} is not in the bundle` })) };
      });
    },
  };
}

function libraryName(path) {
  return LIBRARY.exec(path.replaceAll('\\', '/'))?.[1];
}
