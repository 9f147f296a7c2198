import { openPage, type Page } from './page.ts';
import { startCounter } from './counter.ts';
import type { CounterServer, CounterServerOptions } from '../../src/index.ts';

export const ADMIN_TOKEN = 'the-token-of-the-admin';

export interface ApiServer {
  counter: CounterServer;
  url: string;
  /** Requests a path below `v1/`. */
  get(path: string, init?: RequestInit): Promise<Response>;
  /** The same as the admin. */
  getAsAdmin(path: string, init?: RequestInit): Promise<Response>;
  /** Opens a page of a site, and waits for its first total. */
  open(site: string, auth?: Record<string, unknown>): Promise<Page>;
}

/** A counter whose API the admin may use, and any client for `public.example`. */
export async function startApi(options: CounterServerOptions = {}): Promise<ApiServer> {
  const { counter, url } = await startCounter({
    adminToken: ADMIN_TOKEN,
    publicSites: ['public.example'],
    decreaseDelayMs: 0,
    minUpdateIntervalMs: 10,
    ...options,
  });
  const get: ApiServer['get'] = (path, init) => fetch(`${url}v1/${path}`, init);
  return {
    counter,
    url,
    get,
    getAsAdmin: (path, init) => get(path, { ...init, headers: { authorization: `Bearer ${ADMIN_TOKEN}` } }),
    async open(site, auth) {
      const page = openPage(url, { origin: `https://${site}`, ...(auth && { auth }) });
      await new Promise<void>((resolve) => page.socket.once('total', () => resolve()));
      return page;
    },
  };
}

/** The body of an answer, whose shape the test knows. */
export async function bodyOf<Body>(response: Response | Promise<Response>): Promise<Body> {
  return (await (await response).json()) as Body;
}
