/** Bytes of a document that are not sent yet, in the chunks in which they arrived. */
export class ByteQueue {
  #pieces: Uint8Array[] = [];
  #start = 0;
  #length = 0;

  /** The position of the first queued byte in the document. */
  get start(): number {
    return this.#start;
  }

  get length(): number {
    return this.#length;
  }

  get end(): number {
    return this.#start + this.#length;
  }

  push(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  takeAll(): Uint8Array[] {
    const taken = this.#pieces;
    this.#pieces = [];
    this.#start = this.end;
    this.#length = 0;
    return taken;
  }

  /** Takes the bytes before a position in the document. */
  takeBefore(position: number): Uint8Array[] {
    const count = position - this.#start;
    if (count <= 0) return [];
    const taken: Uint8Array[] = [];
    let rest = count;
    let index = 0;
    for (; index < this.#pieces.length && this.#pieces[index]!.length <= rest; index++) {
      taken.push(this.#pieces[index]!);
      rest -= this.#pieces[index]!.length;
    }
    this.#pieces = this.#pieces.slice(index);
    const first = this.#pieces[0];
    if (rest > 0 && first) {
      taken.push(first.subarray(0, rest));
      this.#pieces[0] = first.subarray(rest);
    }
    this.#start += count;
    this.#length -= count;
    return taken;
  }
}
