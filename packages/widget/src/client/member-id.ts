/**
 * A random member id, in the characters that the protocol allows. It uses `getRandomValues`, because browsers do not
 * offer `randomUUID` to pages on plain http.
 */
export function createMemberId(): string {
  return crypto.getRandomValues(new Uint32Array(5)).join('-');
}
