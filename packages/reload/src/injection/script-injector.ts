import { SAXParser } from 'parse5-sax-parser';
import { concat, encode, isUnsafeEncoding, latin1, markLength, unitOf, type Unit } from './text-units.ts';

/** Puts one tag into a document that comes in pieces, and leaves every other byte as it is. [R7] */
export interface Injector {
  /** @returns what can be sent on. */
  write(chunk: Uint8Array): Uint8Array[];
  /** @returns the rest. */
  end(): Uint8Array[];
}

export interface InjectorOptions {
  /** What the Content-Type says, if anything. */
  charset: string | undefined;
  tag: string;
  /** Called where the document cannot be scanned, and passes untouched. */
  onSkip: (reason: string) => void;
  /** Called for a `<meta http-equiv="Content-Security-Policy">`. */
  onMetaPolicy?: (policy: string) => void;
}

/** What may stand in a head before the place. */
const IN_HEAD = new Set([
  'html',
  'head',
  'meta',
  'title',
  'base',
  'link',
  'script',
  'style',
  'noscript',
  'template',
  'basefont',
  'bgsound',
  'noframes',
]);
/**
 * From here on a comment or a text is scanned in ever longer steps: the parser copies all of what has no end yet with each
 * write, and a long one in small pieces would take minutes.
 */
const LONG_BYTES = 1 << 17;
/** How much of a document is held back at most while what has begun in it (a comment, a text, a tag) has no end. */
const LOOK_AHEAD_BYTES = 1 << 20;
/** A longer piece is scanned in steps, so that no more of it than needed is decoded. */
const STEP_BYTES = 1 << 16;
const EMPTY = new Uint8Array(0);

export function createInjector(options: InjectorOptions): Injector {
  const { charset, tag, onSkip } = options;
  let start: Uint8Array | undefined = EMPTY;
  let scan: Scan | undefined;
  let passing = false;

  /** Scans on until the place is found, or given up: the rest of the document needs no tokenizer. */
  function scanOn(bytes: Uint8Array): Uint8Array[] {
    const out = scan!.write(bytes);
    passing = scan!.done;
    if (passing) scan = undefined;
    return out;
  }

  function begin(bytes: Uint8Array): Uint8Array[] {
    start = undefined;
    const unit = unitOf(bytes, charset);
    if (unit === undefined) {
      passing = true;
      onSkip(`its encoding (${charset}) cannot be scanned safely`);
      return [bytes];
    }
    // A byte order mark is none, and no text either, where something stands before it.
    const mark = markLength(bytes);
    scan = createScan(options, unit, encode(tag, unit), mark > 0 || charset !== undefined);
    const rest = bytes.subarray(mark);
    return [bytes.subarray(0, mark), ...scanOn(rest)];
  }

  return {
    write(chunk) {
      if (passing || chunk.length === 0) return chunk.length === 0 ? [] : [chunk];
      if (start) {
        // The first bytes tell the encoding.
        start = concat([start, chunk]);
        return start.length < 4 ? [] : begin(start);
      }
      return scanOn(chunk);
    },
    end() {
      if (!start) return passing ? [] : scan!.end();
      const out = begin(start);
      return scan ? [...out, ...scan.end()] : out;
    },
  };
}

interface Scan {
  /** Whether nothing is looked for any more, and nothing held. */
  readonly done: boolean;
  write(chunk: Uint8Array): Uint8Array[];
  end(): Uint8Array[];
}

function createScan(
  { onSkip, onMetaPolicy }: InjectorOptions,
  unit: Unit,
  tag: Uint8Array,
  charsetKnown: boolean,
): Scan {
  const width = unit === 'byte' ? 1 : 2;
  const parser = new SAXParser({ sourceCodeLocationInfo: true });
  /** What is not sent yet, and where it begins in the document. */
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let heldAt = 0;
  /** The end of what is held that has not been scanned. */
  let unread: Uint8Array[] = [];
  let unreadBytes = 0;
  /** Everything before this is known not to be the place. */
  let passed = 0;
  let place: number | undefined;
  let done = false;
  let odd: number | undefined;
  let templates = 0;
  let raw = 0;

  function found(offset: number): void {
    if (place !== undefined) return;
    place = offset * width;
    parser.stop();
  }

  parser.on('startTag', ({ tagName, attrs, selfClosing, sourceCodeLocation: at }) => {
    const { startOffset, endOffset } = at!;
    if (place !== undefined) return;
    passed = endOffset * width;
    if (tagName === 'template') templates++;
    if (templates > 0) return;
    if (!IN_HEAD.has(tagName)) return found(startOffset);
    if (
      tagName === 'title' ||
      tagName === 'script' ||
      tagName === 'style' ||
      tagName === 'noscript' ||
      tagName === 'noframes'
    ) {
      if (!selfClosing || tagName !== 'script') raw++;
    }
    if (tagName === 'head' && charsetKnown) return found(endOffset);
    if (tagName === 'meta') readMeta(attrs, endOffset);
  });
  parser.on('endTag', ({ tagName, sourceCodeLocation: at }) => {
    if (place !== undefined) return;
    passed = at!.endOffset * width;
    if (tagName === 'template') templates = Math.max(0, templates - 1);
    if (templates > 0) return;
    if (raw > 0) raw--;
    else if (tagName === 'head' || tagName === 'body' || tagName === 'html') found(at!.startOffset);
  });
  parser.on('text', ({ text, sourceCodeLocation: at }) => {
    if (place !== undefined) return;
    // Browsers drop NUL, also before a doctype.
    const shown = /[^\t\n\f\r ]/.test(text.replaceAll('\0', ''));
    if (raw === 0 && templates === 0 && shown) found(at!.startOffset);
    else passed = at!.endOffset * width;
  });
  for (const event of ['comment', 'doctype'] as const) {
    parser.on(event, ({ sourceCodeLocation: at }: { sourceCodeLocation?: { endOffset: number } | null }) => {
      if (place === undefined) passed = at!.endOffset * width;
    });
  }

  function readMeta(attributes: { name: string; value: string }[], endOffset: number): void {
    const value = (name: string): string | undefined => attributes.find((one) => one.name === name)?.value;
    const equivalent = value('http-equiv')?.toLowerCase();
    if (equivalent === 'content-security-policy') onMetaPolicy?.(value('content') ?? '');
    const named =
      value('charset') ??
      (equivalent === 'content-type'
        ? /charset\s*=\s*["']?([^\s"';]+)/i.exec(value('content') ?? '')?.[1]
        : undefined);
    if (named === undefined) return;
    if (unit === 'byte' && isUnsafeEncoding(named.trim())) {
      done = true;
      parser.stop();
      onSkip(`its encoding (${named.trim()}) cannot be scanned safely`);
    } else found(endOffset);
  }

  function decode(chunk: Uint8Array): string {
    if (unit === 'byte') return latin1(chunk);
    let text = '';
    for (const byte of chunk) {
      if (odd === undefined) odd = byte;
      else {
        text += String.fromCharCode(unit === 'little' ? odd | (byte << 8) : (odd << 8) | byte);
        odd = undefined;
      }
    }
    return text;
  }

  function scan(): void {
    const text = unread.map(decode).join('');
    unread = [];
    unreadBytes = 0;
    if (text !== '') parser.write(text, 'utf8');
  }

  function release(last: boolean): Uint8Array[] {
    if (done) return takeAll();
    if (place === undefined) return last ? takeAll() : take(passed - heldAt);
    const before = take(place - heldAt);
    done = true;
    return [...before, tag, ...takeAll()];
  }

  function takeAll(): Uint8Array[] {
    const taken = held;
    held = [];
    return taken;
  }

  function take(length: number): Uint8Array[] {
    if (length <= 0) return [];
    const taken: Uint8Array[] = [];
    let rest = length;
    let index = 0;
    for (; index < held.length && held[index]!.length <= rest; index++) {
      taken.push(held[index]!);
      rest -= held[index]!.length;
    }
    held = held.slice(index);
    if (rest > 0 && held[0]) {
      taken.push(held[0].subarray(0, rest));
      held[0] = held[0].subarray(rest);
    }
    heldAt += length;
    heldBytes -= length;
    return taken;
  }

  function writeStep(chunk: Uint8Array): Uint8Array[] {
    held.push(chunk);
    heldBytes += chunk.length;
    unread.push(chunk);
    unreadBytes += chunk.length;
    const tooLong = heldBytes > LOOK_AHEAD_BYTES;
    if (!tooLong && heldBytes > LONG_BYTES && unreadBytes * 16 < heldBytes) return [];
    scan();
    const out = release(false);
    if (done || heldBytes <= LOOK_AHEAD_BYTES) return out;
    done = true;
    parser.stop();
    onSkip('a comment, a text or a tag of more than 1 MB comes before the place where its tag belongs');
    return [...out, ...takeAll()];
  }

  return {
    get done() {
      return done;
    },
    write(chunk) {
      const out: Uint8Array[] = [];
      for (let at = 0; at < chunk.length; at += STEP_BYTES) {
        if (done) return [...out, chunk.subarray(at)];
        out.push(...writeStep(chunk.subarray(at, at + STEP_BYTES)));
      }
      return out;
    },
    end() {
      scan();
      parser.end();
      // A document without a place has none of our business in it but at its end.
      if (place === undefined) place = heldAt + heldBytes - (odd === undefined ? 0 : 1);
      return release(true);
    },
  };
}
