/** Escapes the characters that control a terminal or the direction of text: file names and URLs can contain them. */
export function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) =>
    Array.from({ length: character.length }, (_, index) => escape(character.charCodeAt(index))).join(''),
  );
}

function escape(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
