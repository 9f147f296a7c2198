import type { IncomingMessage } from 'node:http';

/** A token has at most 256 characters. */
const MAX_FORM_BYTES = 4_096;

/** Body parsers of Express and others leave the body here. */
interface ParsedRequest extends IncomingMessage {
  body?: unknown;
}

/**
 * Reads one field of a form (`application/x-www-form-urlencoded`).
 *
 * @returns `undefined` if the field is missing, or the form is too long.
 */
export async function readField(request: IncomingMessage, name: string): Promise<string | undefined> {
  const { body } = request as ParsedRequest;
  if (request.readableEnded) {
    const value = (body as Record<string, unknown> | null | undefined)?.[name];
    return typeof value === 'string' ? value : undefined;
  }
  let text = '';
  request.setEncoding('latin1');
  for await (const chunk of request as AsyncIterable<string>) {
    text += chunk;
    if (text.length > MAX_FORM_BYTES) return undefined;
  }
  return new URLSearchParams(text).get(name) ?? undefined;
}
