import type { AddressMap } from './address-map.ts';

/** Changes a text that arrives in pieces. */
export interface TextRewriter {
  write(text: string): string;
  end(): string;
}

/** Maps the addresses in CSS. It holds back only the characters that may be the start of an address. */
export class CssRewriter implements TextRewriter {
  readonly #addresses: AddressMap;
  /** The last character that was returned: it decides whether an address can follow. */
  #previous = ' ';
  #held = '';

  constructor(addresses: AddressMap) {
    this.#addresses = addresses;
  }

  write(text: string): string {
    const all = this.#held + text;
    const end = all.length - this.#addresses.countPending(all);
    this.#held = all.slice(end);
    return this.#map(all, end);
  }

  end(): string {
    const rest = this.#held;
    this.#held = '';
    return this.#map(rest, rest.length);
  }

  /** Maps a text up to `end`. What follows decides whether an address ends there. */
  #map(text: string, end: number): string {
    if (end === 0) return '';
    const mapped = this.#addresses.map(this.#previous + text, 'list', end + 1).slice(1);
    this.#previous = text[end - 1]!;
    return mapped;
  }
}
