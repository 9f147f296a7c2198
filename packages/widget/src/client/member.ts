/**
 * A random id of this page, in the letters that the protocol allows. Made of `getRandomValues`, since
 * browsers keep `randomUUID` from pages on plain http.
 */
export function createMember(): string {
  return crypto.getRandomValues(new Uint32Array(5)).join('-');
}
