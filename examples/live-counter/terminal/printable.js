/**
 * Text that may come from anywhere, made safe for a terminal: whatever is not plain ASCII is spelled out, so
 * that nobody's hostname moves the cursor, changes colours or looks like another one.
 *
 * @param {string} text
 */
export function printable(text) {
  return text.replace(/[^\x21-\x7e]/gu, (character) => `\\u{${character.codePointAt(0).toString(16)}}`);
}
