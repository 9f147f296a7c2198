import { styleText } from 'node:util';
import { escapeControls } from '../escape-controls.ts';

/** A stream for text. */
export interface Output {
  write(text: string): void;
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

/** Writes one JSON object per line. JSON itself allows characters that control a terminal or the direction of text. */
export function createJsonWriter(out: Output): (event: string, details?: object) => void {
  return (event, details = {}) => out.write(`${escapeControls(JSON.stringify({ event, ...details }))}\n`);
}

/** Colours a text if the standard output supports colours. */
export function paint(style: 'bold' | 'dim' | 'yellow', text: string): string {
  return styleText(style, text, { stream: process.stdout });
}
