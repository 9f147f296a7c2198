import { SAXParser } from 'parse5-sax-parser';
import { ByteQueue } from './byte-queue.ts';
import { HeadPosition, type HeadPositionOptions, type Span, type Token } from './head-position.ts';
import { createDecoder, type Decoder, type Unit } from './text-units.ts';

/** Looks for the place of the tag in a document that comes in pieces, and puts the tag there. */
export interface HeadScanner {
  /** Whether nothing is looked for any more, and nothing held back. */
  readonly done: boolean;
  /** @returns what can be sent on. */
  write(chunk: Uint8Array): Uint8Array[];
  /** @returns the rest. */
  end(): Uint8Array[];
}

export interface HeadScannerOptions extends Pick<HeadPositionOptions, 'isCharsetKnown' | 'onMetaPolicy'> {
  unit: Unit;
  tag: Uint8Array;
  /** Called where the document cannot be scanned, and passes unchanged. */
  onSkip: (reason: string) => void;
}

/**
 * From here on a comment or a text is scanned in ever longer steps: the parser copies all of what has no end yet with each
 * write, and a long one in small pieces would take minutes.
 */
const LONG_BYTES = 1 << 17;
/** How much of a document is held back at most while what has begun in it (a comment, a text, a tag) has no end. */
const LOOK_AHEAD_BYTES = 1 << 20;
/** A longer piece is scanned in steps, so that no more of it than needed is decoded. */
const STEP_BYTES = 1 << 16;

export function createHeadScanner(options: HeadScannerOptions): HeadScanner {
  return new SaxHeadScanner(options);
}

class SaxHeadScanner implements HeadScanner {
  readonly #options: HeadScannerOptions;
  readonly #parser = new SAXParser({ sourceCodeLocationInfo: true });
  readonly #position: HeadPosition;
  readonly #decoder: Decoder;
  /** What has not been sent on. */
  readonly #held = new ByteQueue();
  /** The end of what is held that has not been scanned. */
  #unread: Uint8Array[] = [];
  #unreadBytes = 0;
  /** The place does not lie before this byte. */
  #passed = 0;
  #place: number | undefined;
  #done = false;

  constructor(options: HeadScannerOptions) {
    this.#options = options;
    this.#decoder = createDecoder(options.unit);
    this.#position = new HeadPosition({ ...options, isByteWise: options.unit === 'byte' });
    this.#listen();
  }

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
    // A document without a place gets the tag at its end.
    this.#place ??= this.#held.end - this.#decoder.pendingBytes;
    return this.#release();
  }

  #listen(): void {
    const parser = this.#parser;
    const at = (location: Span | null | undefined): Span => location!;
    parser.on('startTag', ({ tagName, attrs, selfClosing, sourceCodeLocation }) =>
      this.#read({
        kind: 'start',
        name: tagName,
        attributes: attrs,
        selfClosing,
        at: at(sourceCodeLocation),
      }),
    );
    parser.on('endTag', ({ tagName, sourceCodeLocation }) =>
      this.#read({ kind: 'end', name: tagName, at: at(sourceCodeLocation) }),
    );
    parser.on('text', ({ text, sourceCodeLocation }) =>
      this.#read({ kind: 'text', text, at: at(sourceCodeLocation) }),
    );
    for (const event of ['comment', 'doctype'] as const) {
      parser.on(event, ({ sourceCodeLocation }: { sourceCodeLocation?: Span | null }) =>
        this.#read({ kind: 'other', at: at(sourceCodeLocation) }),
      );
    }
  }

  #read(token: Token): void {
    if (this.#place !== undefined || this.#done) return;
    const finding = this.#position.read(token);
    const { bytesPerCharacter } = this.#decoder;
    if (finding.kind === 'later') {
      this.#passed = finding.offset * bytesPerCharacter;
    } else if (finding.kind === 'place') {
      this.#place = finding.offset * bytesPerCharacter;
      this.#parser.stop();
    } else {
      this.#giveUp(`its encoding (${finding.encoding}) cannot be scanned safely`);
    }
  }

  #giveUp(reason: string): void {
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
    this.#giveUp('a comment, a text or a tag of more than 1 MB comes before the place where its tag belongs');
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
    if (this.#place === undefined) return this.#held.takeBefore(this.#passed);
    this.#done = true;
    return [...this.#held.takeBefore(this.#place), this.#options.tag, ...this.#held.takeAll()];
  }
}
