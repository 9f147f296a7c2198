import { randomBytes } from 'node:crypto';

/** A document as it was served, without the client in it. */
export interface ServedPage {
  /** The file that it was made from, where that is known. */
  readonly file: string | undefined;
  readonly complete: boolean;
  readonly body: Buffer;
}

/** Remembers the HTML that pages were given last, so that they can tell what of them scripts have made. [R4] */
export interface ServedPages {
  open(from: { file?: string | undefined }): { id: string; collect(chunk: Uint8Array): void; finish(): void };
  get(id: string): ServedPage | undefined;
}

const MAX_BYTES = 32 << 20;
/** A page that streams for ever is not remembered. */
const MAX_PAGE_BYTES = 4 << 20;
const MAX_PAGES = 1_000;

export function createServedPages(maxBytes: number = MAX_BYTES): ServedPages {
  interface Entry {
    file: string | undefined;
    complete: boolean;
    chunks: Uint8Array[];
    bytes: number;
    tooLong: boolean;
  }
  const pages = new Map<string, Entry>();
  let bytes = 0;

  function drop(id: string, page: Entry): void {
    bytes -= page.bytes;
    pages.delete(id);
  }

  function makeRoom(): void {
    for (const [id, page] of pages) {
      if (bytes <= maxBytes && pages.size <= MAX_PAGES) return;
      drop(id, page);
    }
  }

  return {
    open({ file }) {
      const id = randomBytes(9).toString('base64url');
      const page: Entry = { file, complete: false, chunks: [], bytes: 0, tooLong: false };
      pages.set(id, page);
      makeRoom();
      return {
        id,
        collect(chunk) {
          if (!pages.has(id) || page.tooLong) return;
          page.chunks.push(chunk);
          page.bytes += chunk.length;
          bytes += chunk.length;
          if (page.bytes > MAX_PAGE_BYTES) {
            bytes -= page.bytes;
            Object.assign(page, { chunks: [], bytes: 0, tooLong: true });
          }
          makeRoom();
        },
        finish() {
          page.complete = !page.tooLong;
        },
      };
    },
    get(id) {
      const page = pages.get(id);
      if (!page) return undefined;
      return { file: page.file, complete: page.complete, body: Buffer.concat(page.chunks) };
    },
  };
}
