import { createHmac, timingSafeEqual } from 'node:crypto';

/** How long a session lasts, in ms. */
export const SESSION_MS: number = 12 * 3_600_000;

type Purpose = 'login' | 'session' | 'site' | 'opt-out' | 'opted-out';

/** Signs texts with a key. The purpose is part of what is signed, so that no signature serves another purpose. */
export function sign(key: Buffer, purpose: Purpose, text: string): string {
  return createHmac('sha256', key).update(`${purpose}:${text}`).digest('base64url');
}

/** Compares two texts in constant time, if their lengths are the same. */
export function isSameText(sent: string, expected: string): boolean {
  const [a, b] = [Buffer.from(sent), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A session that every process with the same key accepts: when it ends, in ms since 1970, and the signature of that. */
export function createSessionValue(key: Buffer, now: number): string {
  const expiresAt = String(now + SESSION_MS);
  return `${expiresAt}.${sign(key, 'session', expiresAt)}`;
}

/** When a session ends in ms since 1970, and the signature of that. */
const SESSION = /^(\d{1,16})\.([\w-]{43})$/;

/** Whether a session is signed with the key, and has not ended. */
export function isSessionValid(key: Buffer, value: string, now: number): boolean {
  const [, expiresAt, signature] = SESSION.exec(value) ?? [];
  if (expiresAt === undefined || signature === undefined || now >= Number(expiresAt)) return false;
  return isSameText(signature, sign(key, 'session', expiresAt));
}
