import { createHeadScanner, type HeadScanner } from './head-scanner.ts';
import { concat, encode, markLength, unitOf } from './text-units.ts';

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

const EMPTY = new Uint8Array(0);

export function createInjector(options: InjectorOptions): Injector {
  const { charset, tag, onSkip } = options;
  let start: Uint8Array | undefined = EMPTY;
  let scanner: HeadScanner | undefined;
  let passing = false;

  /** The rest of the document needs no tokenizer once the place is found, or given up. */
  function scan(bytes: Uint8Array): Uint8Array[] {
    const out = scanner!.write(bytes);
    passing = scanner!.done;
    if (passing) scanner = undefined;
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
    scanner = createHeadScanner({
      ...options,
      unit,
      tag: encode(tag, unit),
      isCharsetKnown: mark > 0 || charset !== undefined,
    });
    const rest = bytes.subarray(mark);
    return [bytes.subarray(0, mark), ...scan(rest)];
  }

  return {
    write(chunk) {
      if (passing || chunk.length === 0) return chunk.length === 0 ? [] : [chunk];
      if (start) {
        // The first bytes tell the encoding.
        start = concat([start, chunk]);
        return start.length < 4 ? [] : begin(start);
      }
      return scan(chunk);
    },
    end() {
      if (!start) return passing ? [] : scanner!.end();
      const out = begin(start);
      return scanner ? [...out, ...scanner.end()] : out;
    },
  };
}
