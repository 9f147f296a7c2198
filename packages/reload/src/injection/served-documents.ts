import { randomBytes } from 'node:crypto';

/** A document as it was served, without the client's tag. */
interface ServedDocument {
  /** The file that it was made from, if known. */
  readonly file: string | undefined;
  readonly complete: boolean;
  readonly body: Buffer;
}

/** Stores the HTML that was sent to pages, so that a page can find what scripts have changed. [R4] */
export interface ServedDocuments {
  open(from: { file?: string | undefined; path?: string }): {
    id: string;
    collect(chunk: Uint8Array): void;
    finish(): void;
  };
  get(id: string): ServedDocument | undefined;
  /** The file that a document was made from, and the path at which it was requested, if known. */
  originOf(id: string): { file: string | undefined; path: string | undefined } | undefined;
}

const MAX_BYTES = 32 << 20;
/** A longer document, such as an endless stream, is not stored. */
const MAX_DOCUMENT_BYTES = 4 << 20;
const MAX_DOCUMENTS = 1_000;

export function createServedDocuments(maxBytes: number = MAX_BYTES): ServedDocuments {
  interface Entry {
    file: string | undefined;
    path: string | undefined;
    complete: boolean;
    chunks: Uint8Array[];
    bytes: number;
    tooLong: boolean;
  }
  const documents = new Map<string, Entry>();
  let bytes = 0;

  function makeRoom(): void {
    for (const [id, document] of documents) {
      if (bytes <= maxBytes && documents.size <= MAX_DOCUMENTS) return;
      bytes -= document.bytes;
      documents.delete(id);
    }
  }

  return {
    open({ file, path }) {
      const id = randomBytes(9).toString('base64url');
      const document: Entry = { file, path, complete: false, chunks: [], bytes: 0, tooLong: false };
      documents.set(id, document);
      makeRoom();
      return {
        id,
        collect(chunk) {
          if (!documents.has(id) || document.tooLong) return;
          document.chunks.push(chunk);
          document.bytes += chunk.length;
          bytes += chunk.length;
          if (document.bytes > MAX_DOCUMENT_BYTES) {
            bytes -= document.bytes;
            Object.assign(document, { chunks: [], bytes: 0, tooLong: true });
          }
          makeRoom();
        },
        finish() {
          document.complete = !document.tooLong;
        },
      };
    },
    get(id) {
      const document = documents.get(id);
      if (!document) return undefined;
      return { file: document.file, complete: document.complete, body: Buffer.concat(document.chunks) };
    },
    originOf: (id) => documents.get(id),
  };
}
