import { StringDecoder } from 'node:string_decoder';

/** How much of the end of an output is kept, in characters. */
const MAX_KEPT_LENGTH = 32 << 10;
/** A program that writes no line breaks is shown in parts of this length. */
const MAX_LINE_LENGTH = 8 << 10;

/** Control sequences other than colours: movements of the cursor, window titles. */
const CONTROLS = new RegExp(
  [
    String.raw`\x1b\[[0-9;?:]*[@-ln-~]`,
    String.raw`\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)`,
    String.raw`\x1b[^[\]]`,
    String.raw`[\x00-\x08\x0b\x0c\x0e-\x1a\x7f]`,
  ].join('|'),
  'g',
);

/** Splits the output of a command into lines, and keeps its end. */
export class CommandOutput {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onText: (text: string) => void;
  #partial = '';
  #kept = '';

  /** @param onText called with complete lines, each with its line break */
  constructor(onText: (text: string) => void) {
    this.#onText = onText;
  }

  write(chunk: Buffer): void {
    this.#partial += this.#decoder.write(chunk);
    const end = this.#partial.lastIndexOf('\n') + 1;
    if (end > 0) this.#emit(end);
    else if (this.#partial.length > MAX_LINE_LENGTH) this.#emit(this.#partial.length);
  }

  /** Emits a last line without a line break. */
  end(): void {
    this.#partial += this.#decoder.end();
    if (this.#partial !== '') this.#emit(this.#partial.length);
  }

  /** The end of the output, from the beginning of a line on, with its colours. */
  text(): string {
    return this.#kept.trim();
  }

  #emit(end: number): void {
    const raw = this.#partial.slice(0, end);
    this.#partial = this.#partial.slice(end);
    const text = raw.split('\n').map(lastVersion).join('\n').replace(CONTROLS, '');
    this.#kept += text;
    if (this.#kept.length > MAX_KEPT_LENGTH) {
      const tail = this.#kept.slice(-MAX_KEPT_LENGTH);
      this.#kept = tail.slice(tail.indexOf('\n') + 1);
    }
    this.#onText(text.endsWith('\n') ? text : `${text}\n`);
  }
}

/** A progress bar overwrites its line by carriage returns. */
function lastVersion(line: string): string {
  const complete = line.replace(/\r+$/, '');
  return complete.slice(complete.lastIndexOf('\r') + 1);
}
