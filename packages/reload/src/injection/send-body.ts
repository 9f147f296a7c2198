import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { HeaderList } from './document-headers.ts';
import { setHeaders } from './head-arguments.ts';

export function writeHead(
  response: ServerResponse,
  status: number,
  statusMessage: string | undefined,
  headers: HeaderList,
): void {
  setHeaders(response, headers);
  if (statusMessage === undefined) response.writeHead(status);
  else response.writeHead(status, statusMessage);
}

/** Changes a body while it is sent. */
export interface Transform {
  /** @returns what can be sent */
  write(chunk: Uint8Array): Uint8Array[];
  /** @returns the rest */
  end(): Uint8Array[];
}

/** Sends a body, through `transform` if given. If the body ends early, the connection ends, too. */
export function sendBody(
  body: Readable | Buffer | undefined,
  response: ServerResponse,
  transform?: Transform,
): Promise<void> {
  if (!(body instanceof Readable)) {
    response.end(body);
    return Promise.resolve();
  }
  if (response.destroyed) {
    // The client has disconnected before, so that no 'close' event follows.
    body.destroy();
    return Promise.resolve();
  }
  if (body.destroyed) {
    response.destroy();
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const write = (chunks: readonly Uint8Array[]): void => {
      let flowing = true;
      for (const chunk of chunks) flowing = response.write(chunk) && flowing;
      if (flowing) return;
      body.pause();
      response.once('drain', () => body.resume());
    };
    body.on('data', (chunk: Buffer) => write(transform ? transform.write(chunk) : [chunk]));
    body.once('end', () => {
      if (transform) write(transform.end());
      response.once('finish', resolve);
      // Eleventy's server, which wraps this method, takes a first argument for data.
      response.end();
    });
    body.once('error', () => response.destroy());
    // If the backend resets the connection, the body closes without an 'end' event.
    body.once('close', () => {
      if (!body.readableEnded) response.destroy();
    });
    response.once('close', () => {
      body.destroy();
      resolve();
    });
  });
}
