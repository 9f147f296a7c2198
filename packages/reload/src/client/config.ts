/** What the server writes into the script. */
export interface ClientConfig {
  token: string;
  /** Below this everything of the tool's lives; absolute where pages do not come through its server. */
  base: string;
  reloadOnly: boolean;
  /** Whether pages come through the tool's server. */
  serves: boolean;
  /** Where they do not: the version that the script was fetched with. */
  version?: string;
}

/** The tag this script came by, and what it says of the document. */
export interface PageInfo {
  page: string | undefined;
  version: string | undefined;
  post: boolean;
}

/** To be read while the script runs for the first time. */
export function readPageInfo(): PageInfo {
  const data = document.currentScript instanceof HTMLScriptElement ? document.currentScript.dataset : {};
  return { page: data['page'], version: data['version'], post: data['method'] === 'post' };
}
