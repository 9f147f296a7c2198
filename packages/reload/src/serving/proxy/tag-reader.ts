/** Where an attribute with a value is in the text of its tag. */
export interface AttributeSpan {
  nameStart: number;
  nameEnd: number;
  valueStart: number;
  valueEnd: number;
}

type State = 'tag name' | 'before name' | 'name' | 'after name' | 'before value' | '"' | "'" | 'unquoted';

/** A tag of a page has fewer. */
const MAX_ATTRIBUTES = 1_000;

/**
 * Finds the end of a tag and its attributes, as the tokenizer of the HTML standard does (§13.2.5.8 and following). The text
 * may arrive in pieces: each character is read once.
 */
export class TagReader {
  readonly attributes: AttributeSpan[] = [];
  /** Where the name of the tag ends; `undefined` until it is known. */
  nameEnd: number | undefined;
  #state: State = 'tag name';
  #read = 0;
  #nameStart = 0;
  #nameEnd = 0;
  #valueStart = 0;

  /** @returns the index after the tag in `text`; `undefined` if it does not end there */
  read(text: string, from: number): number | undefined {
    const base = this.#read - from;
    for (let index = from; index < text.length; index++) {
      const state = this.#state;
      if (state === '"' || state === "'") {
        // Values are most of a tag, and this is the fastest way through them.
        const end = text.indexOf(state, index);
        if (end === -1) break;
        this.#endValue(base + end);
        index = end;
      } else if (this.#step(text[index]!, base + index, state)) return index + 1;
    }
    this.#read = base + text.length;
    return undefined;
  }

  /** Reads one character. Returns whether it ends the tag. */
  #step(character: string, at: number, state: Exclude<State, '"' | "'">): boolean {
    const isSpace =
      character === ' ' ||
      character === '\n' ||
      character === '\t' ||
      character === '\r' ||
      character === '\f';
    const ends = character === '>';
    if (ends && state === 'tag name') this.nameEnd = at;
    if (ends && state === 'unquoted') this.#endValue(at);
    if (ends) return true;
    switch (state) {
      case 'tag name':
        if (!isSpace && (character !== '/' || at === 1)) return false;
        this.nameEnd = at;
        this.#state = 'before name';
        break;
      case 'before name':
        if (!isSpace && character !== '/') this.#beginName(at);
        break;
      case 'name':
        if (!isSpace && character !== '/' && character !== '=') return false;
        this.#nameEnd = at;
        this.#state = character === '=' ? 'before value' : isSpace ? 'after name' : 'before name';
        break;
      case 'after name':
        if (character === '=') this.#state = 'before value';
        else if (character === '/') this.#state = 'before name';
        else if (!isSpace) this.#beginName(at);
        break;
      case 'before value':
        if (isSpace) break;
        this.#state = character === '"' || character === "'" ? character : 'unquoted';
        this.#valueStart = this.#state === 'unquoted' ? at : at + 1;
        break;
      case 'unquoted':
        if (isSpace) this.#endValue(at);
        break;
    }
    return false;
  }

  #beginName(at: number): void {
    this.#nameStart = at;
    this.#state = 'name';
  }

  #endValue(valueEnd: number): void {
    this.#state = 'before name';
    if (this.attributes.length >= MAX_ATTRIBUTES) return;
    const { length } = this.attributes;
    this.attributes[length] = {
      nameStart: this.#nameStart,
      nameEnd: this.#nameEnd,
      valueStart: this.#valueStart,
      valueEnd,
    };
  }
}
