/** The configuration that the server writes into the script. */
export interface ClientConfig {
  token: string;
  /** The address below which all routes of the tool lie; absolute if pages do not come through its server. */
  base: string;
  reloadOnly: boolean;
  /** Whether pages come through the tool's server. */
  serves: boolean;
  /** Whether the page shows the errors of its scripts. */
  scriptErrors: boolean;
  /** If they do not: the version with which the script was served. */
  version?: string;
}

/** What the script's own tag says about the document. */
export interface PageInfo {
  page: string | undefined;
  version: string | undefined;
  post: boolean;
}

/** To be called while the script runs for the first time. */
export function readPageInfo(): PageInfo {
  const data = document.currentScript instanceof HTMLScriptElement ? document.currentScript.dataset : {};
  return { page: data['page'], version: data['version'], post: data['method'] === 'post' };
}
