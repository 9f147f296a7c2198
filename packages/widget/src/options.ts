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
  /** The site's token, where the server asks for one. */
  token?: string | undefined;
}

/** The options merged and found sound. */
export type ResolvedCounterOptions = ConnectionTarget & { readonly token: string | undefined };

/** @throws TypeError naming every option that is wrong. */
export function resolveOptions(
  { server, path, namespace = '/', token }: CounterOptions = {} as CounterOptions,
): ResolvedCounterOptions {
  let base: Partial<URL> = {};
  try {
    base = new URL(server);
  } catch {
    // Told below, like a URL of another scheme.
  }
  const { origin, protocol, pathname = '' } = base;
  path ??= pathname.replace(/\/*$/, '/socket.io');
  const problems = [
    !/^https?:/.test(protocol!) && 'server must be an http(s) URL',
    !/^\//.test(path) && 'path must begin with /',
    !/^\//.test(namespace) && 'namespace must begin with /',
    token !== undefined && (typeof token !== 'string' || !token) && 'token must be text',
  ].filter((problem) => problem);
  if (problems.length) throw new TypeError(problems.join('; '));
  return { origin: origin!, path, namespace, token };
}
