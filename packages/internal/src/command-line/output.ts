import { styleText } from 'node:util';

/** A stream for text. */
export interface Output {
  write(text: string): void;
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

/** Writes one JSON object per line. */
export function createJsonWriter(out: Output): (event: string, details?: object) => void {
  return (event, details = {}) => out.write(`${JSON.stringify({ event, ...details })}\n`);
}

/** Colours a text if the standard output supports colours. */
export function paint(style: 'bold' | 'dim' | 'yellow', text: string): string {
  return styleText(style, text, { stream: process.stdout });
}
