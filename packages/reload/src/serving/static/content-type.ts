import { readSync } from 'node:fs';
import { extname } from 'node:path';

const HEAD_BYTES = 1_024;

/** What a file is, by its name; and for HTML, which declares its encoding itself, by its beginning. */
export async function typeOf(path: string, fd: number): Promise<string> {
  // A table of all types is large, and nobody needs it before the first page.
  const { default: mime } = await import('mime-types');
  const type = mime.lookup(extname(path)) || 'application/octet-stream';
  if (type === 'text/html') return declaresEncoding(fd) ? type : `${type}; charset=utf-8`;
  if (/^text\/|[/+](javascript|json|xml)$/.test(type)) return `${type}; charset=utf-8`;
  return type;
}

function declaresEncoding(fd: number): boolean {
  const bytes = Buffer.alloc(HEAD_BYTES);
  const head = bytes.toString('latin1', 0, readSync(fd, bytes, 0, HEAD_BYTES, 0));
  // A mark of UTF-16 at the beginning, or a word in a tag.
  return /^(\xff\xfe|\xfe\xff)/.test(head) || /<meta[^>]+charset/i.test(head);
}
