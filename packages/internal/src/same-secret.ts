import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares a secret with a client's value in constant time. */
export function isSameSecret(sent: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(sent), digest(secret));
}
