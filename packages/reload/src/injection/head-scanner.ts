import { SAXParser } from 'parse5-sax-parser';
import { ByteQueue } from './byte-queue.ts';
import { HeadPosition, type HeadPositionOptions, type Span, type Token } from './head-position.ts';
import type { Transform } from './send-body.ts';
import { createDecoder, type Decoder, type CodeUnit } from './text-encoding.ts';

export interface HeadScannerOptions extends Pick<
  HeadPositionOptions,
  'isCharsetKnown' | 'isWholeOnly' | 'onMetaPolicy'
> {
  unit: CodeUnit;
  tag: Uint8Array;
  /** Called if the document cannot be scanned and stays unchanged. */
  onSkip: (reason: string) => void;
}

/**
 * A longer comment or text is scanned in steps of growing length: the parser copies an unfinished token with each write, so
 * that a long one in small chunks would take minutes.
 */
const LONG_BYTES = 1 << 17;
/** The maximum that is held back while a comment, a text or a tag is unfinished. */
const LOOK_AHEAD_BYTES = 1 << 20;
/** A longer chunk is scanned in steps, so that only what is needed is decoded. */
const STEP_BYTES = 1 << 16;

/** Finds the position of the tag in a document that arrives in chunks, and inserts the tag there. */
export class HeadScanner implements Transform {
  readonly #options: HeadScannerOptions;
  readonly #parser = new SAXParser({ sourceCodeLocationInfo: true });
  readonly #position: HeadPosition;
  readonly #decoder: Decoder;
  readonly #held = new ByteQueue();
  /** The end of `#held` that is not scanned yet. */
  #unread: Uint8Array[] = [];
  #unreadBytes = 0;
  /** The tag does not belong before this byte. */
  #notBefore = 0;
  #insertAt: number | undefined;
  #done = false;

  constructor(options: HeadScannerOptions) {
    this.#options = options;
    this.#decoder = createDecoder(options.unit);
    this.#position = new HeadPosition({ ...options, isByteWise: options.unit === 'byte' });
    this.#listen();
  }

  /** Whether the search has ended and nothing is held back. */
  get done(): boolean {
    return this.#done;
  }

  write(chunk: Uint8Array): Uint8Array[] {
    const out: Uint8Array[] = [];
    for (let at = 0; at < chunk.length; at += STEP_BYTES) {
      if (this.#done) return [...out, chunk.subarray(at)];
      out.push(...this.#writeStep(chunk.subarray(at, at + STEP_BYTES)));
    }
    return out;
  }

  end(): Uint8Array[] {
    this.#scan();
    this.#parser.end();
    // Without a position in the document, the tag follows at its end.
    this.#insertAt ??= this.#held.end - this.#decoder.pending.length;
    return this.#release();
  }

  #listen(): void {
    this.#parser.on('startTag', ({ tagName: name, attrs: attributes, selfClosing, sourceCodeLocation }) =>
      this.#read({ kind: 'start', name, attributes, selfClosing, at: sourceCodeLocation! }),
    );
    this.#parser.on('endTag', ({ tagName: name, sourceCodeLocation }) =>
      this.#read({ kind: 'end', name, at: sourceCodeLocation! }),
    );
    this.#parser.on('text', ({ text, sourceCodeLocation }) =>
      this.#read({ kind: 'text', text, at: sourceCodeLocation! }),
    );
    for (const event of ['comment', 'doctype'] as const) {
      this.#parser.on(event, ({ sourceCodeLocation }: { sourceCodeLocation?: Span | null }) =>
        this.#read({ kind: 'other', isDoctype: event === 'doctype', at: sourceCodeLocation! }),
      );
    }
  }

  #read(token: Token): void {
    if (this.#insertAt !== undefined || this.#done) return;
    const finding = this.#position.read(token);
    const { bytesPerCharacter } = this.#decoder;
    if (finding.kind === 'later') {
      this.#notBefore = finding.offset * bytesPerCharacter;
    } else if (finding.kind === 'here') {
      this.#insertAt = finding.offset * bytesPerCharacter;
      this.#parser.stop();
    } else if (finding.kind === 'fragment') {
      this.#done = true;
      this.#parser.stop();
    } else {
      this.#skip(`its encoding (${finding.encoding}) cannot be scanned safely`);
    }
  }

  #skip(reason: string): void {
    this.#done = true;
    this.#parser.stop();
    this.#options.onSkip(reason);
  }

  #writeStep(chunk: Uint8Array): Uint8Array[] {
    this.#held.push(chunk);
    this.#unread.push(chunk);
    this.#unreadBytes += chunk.length;
    const { length } = this.#held;
    const isTooLong = length > LOOK_AHEAD_BYTES;
    if (!isTooLong && length > LONG_BYTES && this.#unreadBytes * 16 < length) return [];
    this.#scan();
    const out = this.#release();
    if (this.#done || this.#held.length <= LOOK_AHEAD_BYTES) return out;
    this.#skip('a comment, a text or a tag of more than 1 MB precedes the position of the script');
    return [...out, ...this.#held.takeAll()];
  }

  #scan(): void {
    const text = this.#unread.map((chunk) => this.#decoder.decode(chunk)).join('');
    this.#unread = [];
    this.#unreadBytes = 0;
    if (text !== '') this.#parser.write(text, 'utf8');
  }

  #release(): Uint8Array[] {
    if (this.#done) return this.#held.takeAll();
    if (this.#insertAt === undefined) return this.#held.takeBefore(this.#notBefore);
    this.#done = true;
    return [...this.#held.takeBefore(this.#insertAt), this.#options.tag, ...this.#held.takeAll()];
  }
}
