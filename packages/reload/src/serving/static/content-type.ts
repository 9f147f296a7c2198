import { readSync } from 'node:fs';
import { extname } from 'node:path';

const HEAD_BYTES = 1_024;

/** The Content-Type of a file by its name. HTML that declares its encoding gets none, so that the declaration counts. */
export async function typeOf(path: string, fd: number): Promise<string> {
  // The table is large, and is not needed before the first request.
  const { default: mime } = await import('mime-types');
  const type = mime.lookup(extname(path)) || 'application/octet-stream';
  if (type === 'text/html') return declaresEncoding(fd) ? type : `${type}; charset=utf-8`;
  if (/^text\/|[/+](javascript|json|xml)$/.test(type)) return `${type}; charset=utf-8`;
  return type;
}

function declaresEncoding(fd: number): boolean {
  const bytes = Buffer.alloc(HEAD_BYTES);
  const head = bytes.toString('latin1', 0, readSync(fd, bytes, 0, HEAD_BYTES, 0));
  // By a byte order mark of UTF-16, or by a tag.
  return /^(\xff\xfe|\xfe\xff)/.test(head) || /<meta[^>]+charset/i.test(head);
}
