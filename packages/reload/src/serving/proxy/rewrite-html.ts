import type { AddressMap } from './address-map.ts';
import { CssRewriter, type TextRewriter } from './rewrite-css.ts';
import { rewriteTag } from './rewrite-tag.ts';
import { TagReader } from './tag-reader.ts';

/** Elements whose content contains no tags. */
const RAW_TEXT = new Set('iframe noembed noframes script style textarea title xmp'.split(' '));
/** A longer tag stays unchanged. Images in the address of an `src` are long. */
const MAX_TAG_CHARACTERS = 1 << 20;

interface OpenTag {
  reader: TagReader;
  isStart: boolean;
  /** What has been read of it, unless it is too long. */
  pieces: string[];
  length: number;
  /** The name of a tag that is too long. */
  name?: string;
}

type State =
  | { in: 'text' | 'comment' | 'declaration' | 'plaintext' }
  | { in: 'tag'; tag: OpenTag }
  | { in: 'raw text'; name: string; css: CssRewriter | undefined };

const TEXT: State = { in: 'text' };

/**
 * Maps the addresses in the tags and `<style>` elements of HTML. The tokens of parse5 are known only at their ends, and are
 * copied with each chunk. A text has to be sent as it arrives, so this reads tags alone, and holds back nothing but an
 * unfinished one.
 */
export class HtmlRewriter implements TextRewriter {
  readonly #addresses: AddressMap;
  #state: State = TEXT;
  /** The end of the last chunk, if it may be the start of a tag or the end of a comment. */
  #held = '';
  /** The number of open `<svg>` and `<math>` elements, in which every element may be empty (`<title/>`). */
  #foreign = 0;
  #out = '';

  constructor(addresses: AddressMap) {
    this.#addresses = addresses;
  }

  write(chunk: string): string {
    const text = this.#held + chunk;
    this.#held = '';
    for (let at = 0; at < text.length;) at = this.#read(text, at);
    return this.#take();
  }

  end(): string {
    const state = this.#state;
    if (state.in === 'tag') this.#out += state.tag.pieces.join('');
    if (state.in === 'raw text')
      this.#out += (state.css?.write(this.#held) ?? this.#held) + (state.css?.end() ?? '');
    else this.#out += this.#held;
    return this.#take();
  }

  #take(): string {
    const out = this.#out;
    this.#out = '';
    return out;
  }

  /** Reads from `at` to the end of a token or of `text`. Returns where it has stopped. */
  #read(text: string, at: number): number {
    const state = this.#state;
    switch (state.in) {
      case 'text':
        return this.#readText(text, at);
      case 'tag':
        return this.#readTag(text, at, state.tag);
      case 'raw text':
        return this.#readRawText(text, at, state);
      case 'comment':
        return this.#readUntil(/--!?>/g, text, at, /--?!?$/);
      case 'declaration':
        return this.#readUntil(/>/g, text, at);
      case 'plaintext':
        this.#out += text.slice(at);
        return text.length;
    }
  }

  #readText(text: string, at: number): number {
    const open = text.indexOf('<', at);
    if (open === -1) {
      this.#out += text.slice(at);
      return text.length;
    }
    this.#out += text.slice(at, open);
    const start = text.slice(open, open + 4);
    if (start.length < 4 && /^<(\/|!-?)?$/.test(start)) {
      this.#held = start;
      return text.length;
    }
    if (/^<\/?[a-z]/i.test(start)) {
      const tag = { reader: new TagReader(), isStart: start[1] !== '/', pieces: [], length: 0 };
      this.#state = { in: 'tag', tag };
      return open;
    }
    if (start === '<!--') this.#state = { in: 'comment' };
    else if (/^<[!?/]/.test(start)) this.#state = { in: 'declaration' };
    // The comment `<!-->` is complete.
    const end = open + (start === '<!--' ? 2 : 1);
    this.#out += text.slice(open, end);
    return end;
  }

  #readUntil(end: RegExp, text: string, at: number, partial?: RegExp): number {
    end.lastIndex = at;
    const found = end.exec(text);
    if (found) {
      this.#state = TEXT;
      this.#out += text.slice(at, end.lastIndex);
      return end.lastIndex;
    }
    const length = partial?.exec(text.slice(Math.max(at, text.length - 3)))?.[0].length ?? 0;
    this.#hold(text, at, length, (passed) => passed);
    return text.length;
  }

  #readTag(text: string, at: number, tag: OpenTag): number {
    const end = tag.reader.read(text, at);
    const piece = text.slice(at, end);
    tag.length += piece.length;
    if (tag.name === undefined) tag.pieces.push(piece);
    else this.#out += piece;
    if (end !== undefined) this.#endTag(tag);
    else if (tag.length > MAX_TAG_CHARACTERS && tag.name === undefined) {
      const raw = tag.pieces.join('');
      tag.pieces = [];
      tag.name = nameOf(raw, tag.reader);
      this.#out += raw;
    }
    return end ?? text.length;
  }

  #endTag({ reader, isStart, pieces, name: nameOfLong }: OpenTag): void {
    const raw = pieces.join('');
    const name = nameOfLong ?? nameOf(raw, reader);
    this.#out += isStart && raw !== '' ? rewriteTag(raw, name, reader.attributes, this.#addresses) : raw;
    this.#state = TEXT;
    const isEmpty = raw.endsWith('/>');
    if ((name === 'svg' || name === 'math') && !isEmpty) {
      this.#foreign = Math.max(0, this.#foreign + (isStart ? 1 : -1));
    } else if (isStart && RAW_TEXT.has(name) && !(isEmpty && this.#foreign > 0)) {
      this.#state = {
        in: 'raw text',
        name,
        css: name === 'style' ? new CssRewriter(this.#addresses) : undefined,
      };
    } else if (isStart && name === 'plaintext') this.#state = { in: 'plaintext' };
  }

  #readRawText(text: string, at: number, { name, css }: State & { in: 'raw text' }): number {
    const pass = (part: string): string => css?.write(part) ?? part;
    const end = findEndTag(text, at, name);
    if (end !== undefined) {
      this.#out += pass(text.slice(at, end)) + (css?.end() ?? '');
      this.#state = TEXT;
      return end;
    }
    const open = text.lastIndexOf('<');
    const isPartial = open >= at && `</${name}`.startsWith(text.slice(open, open + 20).toLowerCase());
    this.#hold(text, at, isPartial ? text.length - open : 0, pass);
    return text.length;
  }

  /** Passes a text on, except for its last `length` characters. */
  #hold(text: string, at: number, length: number, pass: (part: string) => string): void {
    this.#out += pass(text.slice(at, text.length - length));
    this.#held = text.slice(text.length - length);
  }
}

function findEndTag(text: string, from: number, name: string): number | undefined {
  for (let at = text.indexOf('</', from); at !== -1; at = text.indexOf('</', at + 2)) {
    const end = at + 2 + name.length;
    if (text.slice(at + 2, end).toLowerCase() === name && /^[\t\n\f\r />]/.test(text.slice(end, end + 1)))
      return at;
  }
  return undefined;
}

function nameOf(raw: string, { nameEnd }: TagReader): string {
  return raw.slice(raw[1] === '/' ? 2 : 1, nameEnd ?? 1).toLowerCase();
}
