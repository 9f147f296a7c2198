import { styleText } from 'node:util';

/** Where lines go. */
export interface Output {
  write(text: string): void;
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

/** Writes one JSON object a line. */
export function createJsonWriter(out: Output): (event: string, details?: object) => void {
  return (event, details = {}) => out.write(`${JSON.stringify({ event, ...details })}\n`);
}

/** Colours a text, where the standard output shows colours. */
export function paint(style: 'bold' | 'dim' | 'yellow', text: string): string {
  return styleText(style, text, { stream: process.stdout });
}
