import { isUnsafeEncoding } from './text-encoding.ts';

/** A token of the HTML tokenizer, reduced to what the search needs. Offsets count characters. */
export type Token =
  | { kind: 'start'; name: string; attributes: readonly Attribute[]; selfClosing: boolean; at: Span }
  | { kind: 'end'; name: string; at: Span }
  | { kind: 'text'; text: string; at: Span }
  | { kind: 'other'; isDoctype?: boolean; at: Span };

export interface Span {
  startOffset: number;
  endOffset: number;
}

interface Attribute {
  name: string;
  value: string;
}

/** What a token means for the position of the tag. */
export type Finding =
  | { kind: 'here'; offset: number }
  /** The position is not before this offset. */
  | { kind: 'later'; offset: number }
  /** It is no whole document, so it gets no tag. */
  | { kind: 'fragment' }
  /** The bytes of this encoding cannot be scanned. */
  | { kind: 'unsafe'; encoding: string };

/** Elements that may precede the tag in a head. */
const IN_HEAD = new Set(
  'html head meta title base link script style noscript template basefont bgsound noframes'.split(' '),
);
const WITH_RAW_TEXT = new Set('title script style noscript noframes'.split(' '));

export interface HeadPositionOptions {
  /** Whether a header or a byte order mark names the encoding, so that the tag may precede the `<meta charset>`. */
  isCharsetKnown: boolean;
  /** Whether each byte is scanned as a character. */
  isByteWise: boolean;
  /** Whether only a document that begins with a doctype or `<html>` has a position. */
  isWholeOnly?: boolean | undefined;
  /** Called for a `<meta http-equiv="Content-Security-Policy">`. */
  onMetaPolicy?: ((policy: string) => void) | undefined;
}

/** Whether a whole document can begin with this token. */
function mayPrecedeDocument(token: Token): boolean {
  if (token.kind === 'start') return token.name === 'html';
  return token.kind === 'other' || (token.kind === 'text' && !isShown(token.text));
}

/** Browsers ignore NUL, also before a doctype. */
function isShown(text: string): boolean {
  return /[^\t\n\f\r ]/.test(text.replaceAll('\0', ''));
}

/** Finds the first position in a document at which a script may stand, token by token. [R7] */
export class HeadPosition {
  readonly #options: HeadPositionOptions;
  /** The number of open `<template>` elements. */
  #templates = 0;
  /** The number of open elements with raw text, such as `<title>`. */
  #raw = 0;
  #isWhole: boolean;

  constructor(options: HeadPositionOptions) {
    this.#options = options;
    this.#isWhole = !options.isWholeOnly;
  }

  read(token: Token): Finding {
    const { startOffset, endOffset } = token.at;
    if (!this.#isWhole) {
      if (!mayPrecedeDocument(token)) return { kind: 'fragment' };
      this.#isWhole = token.kind === 'start' || (token.kind === 'other' && token.isDoctype === true);
    }
    const before: Finding = { kind: 'here', offset: startOffset };
    const after: Finding = { kind: 'here', offset: endOffset };
    const later: Finding = { kind: 'later', offset: endOffset };
    switch (token.kind) {
      case 'start': {
        const { name } = token;
        if (name === 'template') this.#templates++;
        if (this.#templates > 0) return later;
        if (!IN_HEAD.has(name)) return before;
        if (WITH_RAW_TEXT.has(name) && !(token.selfClosing && name === 'script')) this.#raw++;
        if (name === 'head' && this.#options.isCharsetKnown) return after;
        return name === 'meta' ? this.#readMeta(token.attributes, after, later) : later;
      }
      case 'end': {
        const { name } = token;
        if (name === 'template') this.#templates = Math.max(0, this.#templates - 1);
        if (this.#templates > 0) return later;
        if (this.#raw > 0) this.#raw--;
        else if (name === 'head' || name === 'body' || name === 'html') return before;
        return later;
      }
      case 'text': {
        return this.#raw === 0 && this.#templates === 0 && isShown(token.text) ? before : later;
      }
      case 'other':
        return later;
    }
  }

  #readMeta(attributes: readonly Attribute[], after: Finding, later: Finding): Finding {
    const value = (name: string): string | undefined => attributes.find((one) => one.name === name)?.value;
    const equivalent = value('http-equiv')?.toLowerCase();
    if (equivalent === 'content-security-policy') this.#options.onMetaPolicy?.(value('content') ?? '');
    const inContentType =
      equivalent === 'content-type'
        ? /charset\s*=\s*["']?([^\s"';]+)/i.exec(value('content') ?? '')?.[1]
        : undefined;
    const encoding = (value('charset') ?? inContentType)?.trim();
    if (encoding === undefined) return later;
    return this.#options.isByteWise && isUnsafeEncoding(encoding) ? { kind: 'unsafe', encoding } : after;
  }
}
