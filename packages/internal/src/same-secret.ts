import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares a secret with what a client has sent, in a time that tells nothing about either. */
export function isSameSecret(sent: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(sent), digest(secret));
}
