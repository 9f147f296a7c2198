import { HeadScanner } from './head-scanner.ts';
import type { Transform } from './send-body.ts';
import { bomLength, detectCodeUnit, encode } from './text-encoding.ts';

export interface InjectorOptions {
  /** The charset of the Content-Type. */
  charset: string | undefined;
  tag: string;
  /** Whether only a whole document gets the tag: one that begins with a doctype or `<html>`. */
  isWholeOnly?: boolean;
  /** Called if the document cannot be scanned and stays unchanged. */
  onSkip: (reason: string) => void;
  /** Called for a `<meta http-equiv="Content-Security-Policy">`. */
  onMetaPolicy?: (policy: string) => void;
}

const EMPTY = new Uint8Array(0);

/** Inserts one tag into a document that arrives in chunks. All other bytes stay unchanged. [R7] */
export function createInjector(options: InjectorOptions): Transform {
  const { charset, tag, onSkip } = options;
  let start: Uint8Array | undefined = EMPTY;
  let scanner: HeadScanner | undefined;
  let passing = false;

  /** Releases the tokenizer after the search: the rest of the document does not need it. */
  function scan(bytes: Uint8Array): Uint8Array[] {
    const out = scanner!.write(bytes);
    passing = scanner!.done;
    if (passing) scanner = undefined;
    return out;
  }

  function begin(bytes: Uint8Array): Uint8Array[] {
    start = undefined;
    const unit = detectCodeUnit(bytes, charset);
    if (unit === undefined) {
      passing = true;
      onSkip(`its encoding (${charset}) cannot be scanned safely`);
      return [bytes];
    }
    // Behind another byte, a byte order mark would be text.
    const bom = bomLength(bytes);
    scanner = new HeadScanner({
      ...options,
      unit,
      tag: encode(tag, unit),
      isCharsetKnown: bom > 0 || charset !== undefined,
    });
    const rest = bytes.subarray(bom);
    return [bytes.subarray(0, bom), ...scan(rest)];
  }

  return {
    write(chunk) {
      if (passing || chunk.length === 0) return chunk.length === 0 ? [] : [chunk];
      if (start) {
        // The first bytes determine the encoding.
        start = Buffer.concat([start, chunk]);
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
