import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** RFC 6455 §1.3. */
const KEY_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const KEY = /^[+/0-9A-Za-z]{22}==$/;
const VERSIONS = ['13', '8'];
const TOKENS = /^([\w!#$%&'*+.^`|~-]+)(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*$/;

const RESPONSE = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';

export type WebSocketHandshake =
  | { readonly problem?: undefined; readonly response: string }
  | { readonly problem: string; readonly status: number; readonly headers: string };

/** Reads the opening handshake of a WebSocket (RFC 6455 §4.2): the head of its response, or why it is rejected. */
export function readWebSocketHandshake({ method, headers }: IncomingMessage): WebSocketHandshake {
  if (method !== 'GET') return rejection('the method of a WebSocket is GET', 405, 'Allow: GET\r\n');
  if (headers.upgrade?.toLowerCase() !== 'websocket') return rejection('the Upgrade is not to websocket');
  const key = headers['sec-websocket-key'];
  if (key === undefined || !KEY.test(key)) return rejection('Sec-WebSocket-Key is missing or malformed');
  if (!VERSIONS.includes(headers['sec-websocket-version'] as string)) {
    const supported = `Sec-WebSocket-Version: ${VERSIONS.join(', ')}\r\n`;
    return rejection('Sec-WebSocket-Version is missing or not supported', 400, supported);
  }
  const offered = headers['sec-websocket-protocol'];
  let protocol = '';
  if (offered !== undefined) {
    const first = TOKENS.exec(offered)?.[1];
    if (first === undefined) return rejection('Sec-WebSocket-Protocol is malformed');
    // A client that offers protocols fails without an answer.
    protocol = `Sec-WebSocket-Protocol: ${first}\r\n`;
  }
  const accept = hash('sha1', key + KEY_SUFFIX, 'base64');
  return { response: `${RESPONSE}Sec-WebSocket-Accept: ${accept}\r\n${protocol}\r\n` };
}

function rejection(problem: string, status = 400, headers = ''): WebSocketHandshake {
  return { problem, status, headers };
}
