import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/**
 * The key of a secret. By Standard Webhooks a secret is `whsec_` and base64; any other text is the key itself.
 */
function keyOf(secret: string): Buffer {
  return secret.startsWith(PREFIX)
    ? Buffer.from(secret.slice(PREFIX.length), 'base64')
    : Buffer.from(secret, 'utf8');
}

/**
 * The headers of Standard Webhooks for one attempt.
 *
 * @param secret without one the request is not signed.
 * @param atMs the time of day of the attempt, in ms since 1970.
 */
export function webhookHeaders(
  id: string,
  body: string,
  secret: string | undefined,
  atMs: number,
): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1_000));
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp };
  if (secret === undefined) return headers;
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { ...headers, 'webhook-signature': `v1,${signature}` };
}
