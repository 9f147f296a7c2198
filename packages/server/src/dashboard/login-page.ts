import { readFileSync } from 'node:fs';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { SECURITY_HEADERS } from './security-headers.ts';

/** Why a login has failed. */
export type LoginMessage = 'cross-origin' | 'link-embedded' | 'link-invalid' | 'token-wrong' | 'too-many';

const MESSAGES: Record<LoginMessage, string> = {
  'cross-origin':
    'The form was sent from another address. Open the dashboard by its own address, and behind a reverse proxy pass on the header Host.',
  'link-embedded': 'A link signs in only in a tab of its own.',
  'link-invalid': 'This link was used already, or has ended. Sign in with the token.',
  'token-wrong': 'This is not the admin token.',
  'too-many': 'There were too many wrong tokens from this address. Wait for a minute.',
};

let page: string | undefined;

/** Responds with the form. It works without scripts. */
export function respondWithLoginPage(
  response: ServerResponse,
  status: number,
  message?: LoginMessage,
  headers: OutgoingHttpHeaders = {},
): void {
  page ??= readPage();
  const alert = message === undefined ? '' : `<p class="login-error" role="alert">${MESSAGES[message]}</p>`;
  const body = page.replace('<!-- message -->', alert);
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  });
  response.end(body);
}

function readPage(): string {
  // By the package's own name: sources and builds are at different depths.
  const manifest = createRequire(import.meta.url).resolve('@live-online/server/package.json');
  return readFileSync(join(dirname(manifest), 'dist/pages/dashboard/login.html'), 'utf8');
}
