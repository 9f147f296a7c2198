import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';

/** What every signed text begins with. No JSON text does. */
const MARK = 's1.';
/** SHA-256 in base64url, and the mark before it. */
const HEAD = MARK.length + 43;

/** Whether a text has the form of a signed one. */
export function isSigned(text: string): boolean {
  return text.length >= HEAD && text.startsWith(MARK);
}

/** Signs texts with a secret, and checks them: HMAC-SHA256 over where a text is, and the text. */
export class Signer {
  readonly #key: KeyObject;

  constructor(secret: string) {
    this.#key = createSecretKey(secret, 'utf8');
  }

  /** @param place where the text is: a channel, or a key and a field. A text of another place is not accepted there. */
  sign(place: readonly string[], text: string): string {
    return `${MARK}${this.#mac(place, text).toString('base64url')}${text}`;
  }

  /** The text that was signed, or `undefined` if it was not signed with this secret for this place. */
  open(place: readonly string[], signed: string): string | undefined {
    if (!isSigned(signed)) return undefined;
    const text = signed.slice(HEAD);
    const mac = Buffer.from(signed.slice(MARK.length, HEAD), 'base64url');
    return mac.length === 32 && timingSafeEqual(mac, this.#mac(place, text)) ? text : undefined;
  }

  #mac(place: readonly string[], text: string): Buffer {
    const hmac = createHmac('sha256', this.#key);
    // The length before each part: no two places with a text are the same bytes.
    for (const part of place) hmac.update(`${part.length}:${part}`);
    return hmac.update(`:${text}`).digest();
  }
}
