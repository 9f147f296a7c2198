import { limits } from '@live-online/protocol';
import type { ConnectionTarget } from './client/connection.ts';

/** How to reach the counter's server. */
export interface CounterOptions {
  /**
   * The server's base address, such as `https://example.org/live-online/`; http or https, with or without
   * the slash at its end.
   */
  server: string | URL;
  /**
   * The path of the socket, where the counter lives on a Socket.IO server of somebody else's.
   *
   * @default `socket.io` below the base address
   */
  path?: string | undefined;
  /**
   * The namespace on such a server.
   *
   * @default '/'
   */
  namespace?: string | undefined;
  /** The site's token, where the server asks for one: 1 to 256 characters. */
  token?: string | undefined;
}

/** The options merged and found sound. */
export type ResolvedCounterOptions = ConnectionTarget & { readonly token?: string };

/** @throws TypeError naming every option that is wrong. */
export function resolveOptions(options: CounterOptions): ResolvedCounterOptions {
  const { server, namespace = '/', token } = options;
  const problems: string[] = [];
  const base = parseBase(server);
  if (!base) problems.push(`server must be an http or https URL, not ${String(server)}`);
  const { path = base?.pathname.replace(/\/*$/, '/socket.io') ?? '/' } = options;
  for (const [name, value] of Object.entries({ path, namespace })) {
    if (typeof value !== 'string' || value[0] !== '/') problems.push(`${name} must begin with /`);
  }
  if (token !== undefined && !(typeof token === 'string' && token && token.length <= limits.maxTokenLength)) {
    problems.push(`token must be text of 1 to ${limits.maxTokenLength} characters`);
  }
  if (!base || problems.length) throw new TypeError(`createCounter: ${problems.join('; ')}`);
  return { origin: base.origin, path, namespace, ...(token === undefined ? {} : { token }) };
}

function parseBase(server: string | URL): URL | undefined {
  try {
    const url = new URL(server);
    return /^https?:$/.test(url.protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}
