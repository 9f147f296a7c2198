import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonSchema } from './json-schema.ts';

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
  /** What `v1/openapi.json` says about it. */
  doc?: ApiDoc;
}

interface ApiDoc {
  /** What it does, in one line. */
  summary: string;
  /** The parameters of the query, by their names. All are optional. */
  query?: Readonly<Record<string, JsonSchema>>;
  /** The status of a success. @default 200 */
  status?: number;
  /** What a success has. @default application/json */
  contentType?: string;
  /** The schema of a success. Absent where there is no body. */
  schema?: JsonSchema;
}
