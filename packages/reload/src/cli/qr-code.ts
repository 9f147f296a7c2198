import { styleText } from 'node:util';

/** The upper and the lower half of a character cell, by whether they are drawn: `BLOCKS[upper][lower]`. */
const BLOCKS = [
  [' ', '▄'],
  ['▀', '█'],
] as const;
/** Phones need an empty frame around the code; the standard asks for four modules, and all of them read two. */
const BORDER = 2;

/** Draws a QR code for a terminal: the lines of text, two modules high. */
export async function drawQrCode(text: string): Promise<string[]> {
  // Loaded only if a code is shown.
  const { encodeQR } = await import('qr');
  return drawModules(encodeQR(text, 'raw', { ecc: 'low', border: BORDER }), paintBlackOnWhite);
}

/** @param paint returns its text unchanged if the terminal has no colours. */
export function drawModules(
  modules: readonly (readonly boolean[])[],
  paint: (text: string) => string,
): string[] {
  // Without colours, text is light on most terminals, and the light modules are drawn.
  const draws = (isDark: boolean | undefined): 0 | 1 => ((isDark ?? false) === (paint(' ') !== ' ') ? 1 : 0);
  const lines: string[] = [];
  for (let row = 0; row < modules.length; row += 2) {
    const [upper, lower] = [modules[row]!, modules[row + 1]];
    lines.push(paint(upper.map((isDark, column) => BLOCKS[draws(isDark)][draws(lower?.[column])]).join('')));
  }
  return lines;
}

function paintBlackOnWhite(text: string): string {
  return styleText(['black', 'bgWhiteBright'], text, { stream: process.stdout });
}
