import type { ConnectionTarget } from './client/connection.ts';

/** Where the counter server is, and what it requires. */
export interface CounterOptions {
  /**
   * The server's base address, such as `https://example.org/live-online/`: http or https. The last slash is optional.
   */
  server: string | URL;
  /**
   * The path of the socket, if the counter is attached to a Socket.IO server of your own.
   *
   * @default `socket.io` below the base address
   */
  path?: string | undefined;
  /**
   * The namespace, if the counter is attached to a Socket.IO server of your own.
   *
   * @default '/'
   */
  namespace?: string | undefined;
  /**
   * The site's token, if the server requires one.
   *
   * @default none
   */
  token?: string | undefined;
}

/** The options with defaults, validated. */
export type ResolvedCounterOptions = ConnectionTarget & { readonly token: string | undefined };

/** @throws TypeError with every invalid option. */
export function resolveOptions(
  { server, path, namespace = '/', token }: CounterOptions = {} as CounterOptions,
): ResolvedCounterOptions {
  let base: Partial<URL> = {};
  try {
    base = new URL(server);
  } catch {
    // Reported below, like a URL of another scheme.
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
