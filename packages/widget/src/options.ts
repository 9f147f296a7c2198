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
  /**
   * Who is one member: each tab, or all tabs of a browser on this origin together. `people` needs https or localhost;
   * elsewhere each tab is one. Counters of a page share a connection: `people` of one of them holds for all.
   *
   * @default 'tabs'
   */
  count?: 'tabs' | 'people' | undefined;
  /**
   * With `page`, the state also has the number of members on this path, as `page`.
   *
   * @default 'site'
   */
  scope?: 'site' | 'page' | undefined;
}

/** @throws TypeError with every invalid option. */
export function resolveOptions(
  { server, path, namespace = '/', token, count, scope }: CounterOptions = {} as CounterOptions,
): ConnectionTarget {
  let base: Partial<URL> = {};
  try {
    base = new URL(server);
  } catch {
    // Reported below, like a URL of another scheme.
  }
  path ??= (base.pathname || '').replace(/\/*$/, '/socket.io');
  const problems = [
    !/^https?:/.test(base.protocol!) && 'server must be an http(s) URL',
    path[0] !== '/' && 'path must begin with /',
    namespace?.[0] !== '/' && 'namespace must begin with /',
    token !== undefined && !token?.[0] && 'token must be text',
    !/^(undefined|tabs|people)$/.test(count!) && 'count must be tabs or people',
    !/^(undefined|site|page)$/.test(scope!) && 'scope must be site or page',
  ]
    .filter((problem) => problem)
    .join('; ');
  if (problems) throw new TypeError(problems);
  return { origin: base.origin!, path, namespace, token };
}
