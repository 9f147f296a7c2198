/** The counter's own address, such as `https://example.org/live-online/`. */
export const counterUrl: URL = new URL('..', document.baseURI);

const apiUrl = new URL('v1/', counterUrl);
const REQUEST_TIMEOUT_MS = 15_000;

/** An answer of the API that is not a success. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function apiAddress(path: string): string {
  return new URL(path, apiUrl).href;
}

/** The path of a site in the API. */
export function sitePath(site: string, rest = ''): string {
  return `sites/${encodeURIComponent(site)}${rest}`;
}

/**
 * Reads an answer of the API.
 *
 * @throws ApiError if the answer is no success; TypeError if the server cannot be reached
 */
export async function readJson<Answer>(path: string): Promise<Answer> {
  const response = await request(path, { headers: { Accept: 'application/json' } });
  return (await response.json()) as Answer;
}

/** @throws as {@link readJson} */
export async function post(path: string): Promise<void> {
  await request(path, { method: 'POST' });
}

async function request(path: string, init: RequestInit): Promise<Response> {
  const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  const response = await fetch(apiAddress(path), { ...init, credentials: 'same-origin', signal });
  // 403 is a cookie whose session has ended, or that was made with another token.
  if (response.status === 401 || response.status === 403) signIn();
  if (!response.ok) throw new ApiError(response.status, await problemOf(response));
  return response;
}

/** The session has ended, or the token has changed: only the login page helps. */
function signIn(): void {
  location.assign(new URL('login', document.baseURI));
}

/** The text of problem+json (RFC 9457), if the answer has one. */
async function problemOf(response: Response): Promise<string> {
  const fallback = `The server answered ${response.status}.`;
  try {
    const { detail, title } = (await response.json()) as { detail?: string; title?: string };
    return detail ?? title ?? fallback;
  } catch {
    return fallback;
  }
}
