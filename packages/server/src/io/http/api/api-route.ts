import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request to the API. */
export interface ApiCall {
  request: IncomingMessage;
  response: ServerResponse;
  /** The site of the path, as it is counted; empty if the path has none. */
  site: string;
  /** The values of the other `{…}` of the path, decoded. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
}

/** One method of one path of the API. */
export interface ApiRoute {
  /** `GET` also answers HEAD. */
  method: 'GET' | 'POST';
  /** The path below `v1/`. `{name}` is one segment; `{site}` is a site. */
  path: string;
  /**
   * Who may call it: any client, those who may read the site of the path, or the admin. Pages of other origins may read
   * the answers for any client, and those of public sites.
   */
  access: 'any' | 'site' | 'admin';
  handle: (call: ApiCall) => void;
}
