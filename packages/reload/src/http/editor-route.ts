import type { IncomingMessage, ServerResponse } from 'node:http';
import { isSameSecret } from '@live-online/internal/same-secret';
import { respondText } from './respond.ts';

/** A place in a file. Line and column count from 1. */
export interface EditorPlace {
  /** An absolute path. */
  file: string;
  line: number;
  column: number;
}

export interface EditorRouteOptions {
  token: string;
  /** The path of a file that may be opened; `undefined` for all others. */
  findFile: (name: string) => string | undefined;
  open: (place: EditorPlace) => void;
}

const MAX_BODY_BYTES = 4 << 10;
const BODY_TIMEOUT_MS = 5_000;

/**
 * Opens a file in the editor of the user, for a POST from a page of this server. As for the socket, the request must have an
 * Origin, which the request guard has checked, and the token. [R10]
 */
export function createEditorRoute({
  token,
  findFile,
  open,
}: EditorRouteOptions): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const { origin } = request.headers;
    if (request.method !== 'POST') {
      return respondText(response, 405, 'method not allowed: use POST', { Allow: 'POST' });
    }
    const { remoteAddress, localAddress } = request.socket;
    if (!isFromThisMachine(remoteAddress, localAddress)) {
      return respondText(response, 403, 'only a browser on the same machine can open an editor');
    }
    if (origin === undefined || origin === 'null') {
      return respondText(response, 403, 'an Origin header other than "null" is required');
    }
    const timer = setTimeout(() => request.destroy(), BODY_TIMEOUT_MS);
    request.once('close', () => clearTimeout(timer));
    let body = '';
    request.setEncoding('utf8');
    request.on('error', () => {});
    request.on('data', (chunk: string) => {
      body += chunk;
      if (body.length > MAX_BODY_BYTES) request.destroy();
    });
    request.once('end', () => {
      clearTimeout(timer);
      const wanted = parseRequest(body);
      if (!wanted) return respondText(response, 400, 'the body must be an object with token and file');
      if (!isSameSecret(wanted.token, token)) return respondText(response, 403, 'the token is wrong');
      const file = findFile(wanted.file);
      if (file === undefined) return respondText(response, 404, 'no watched file has this name');
      open({ file, line: wanted.line, column: wanted.column });
      respondText(response, 200, 'opened');
    });
  };
}

/** Whether both ends of a connection are on this machine: an editor is of no use for a phone in the network. */
export function isFromThisMachine(remote: string | undefined, local: string | undefined): boolean {
  if (remote === undefined) return false;
  const address = remote.replace(/^::ffff:/, '');
  return address === '::1' || address.startsWith('127.') || remote === local;
}

function parseRequest(
  body: string,
): { token: string; file: string; line: number; column: number } | undefined {
  try {
    const { token, file, line = 1, column = 1 } = JSON.parse(body) as Record<string, unknown>;
    if (typeof token !== 'string' || typeof file !== 'string' || file.includes('\0')) return undefined;
    return isPosition(line) && isPosition(column) ? { token, file, line, column } : undefined;
  } catch {
    return undefined;
  }
}

function isPosition(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
