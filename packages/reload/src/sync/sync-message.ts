/** What pages keep in step. */
type SyncPart = 'scroll' | 'clicks' | 'fields' | 'navigation';

/** Which parts are on. */
export type SyncParts = Readonly<Record<SyncPart, boolean>>;

/** What a page sends to the others. `page` is the path and the query of its URL. Without `target`, the page itself is scrolled. */
export type SyncMessage =
  | { part: 'scroll'; page: string; target?: string; x: number; y: number }
  | { part: 'clicks'; page: string; target: string }
  | { part: 'fields'; page: string; target: string; value: string }
  | { part: 'fields'; page: string; target: string; checked: boolean }
  | { part: 'navigation'; page: string };

const MAX_PAGE_LENGTH = 500;
const MAX_TARGET_LENGTH = 500;
const MAX_VALUE_LENGTH = 1_000;

/** A valid message of a part that is on, with its known fields only. */
export function parseSyncMessage(text: string, parts: SyncParts): SyncMessage | undefined {
  const message = parseObject(text);
  if (!message) return undefined;
  const { part, page, target, x, y, value, checked } = message;
  if (!isPart(part) || !parts[part]) return undefined;
  if (!isText(page, MAX_PAGE_LENGTH) || !isOwnPath(page)) return undefined;
  if (part === 'navigation') return { part, page };
  const isPosition = isRatio(x) && isRatio(y);
  if (part === 'scroll' && target === undefined) return isPosition ? { part, page, x, y } : undefined;
  if (!isText(target, MAX_TARGET_LENGTH) || target === '') return undefined;
  if (part === 'scroll') return isPosition ? { part, page, target, x, y } : undefined;
  if (part === 'clicks') return { part, page, target };
  if (typeof checked === 'boolean') return { part, page, target, checked };
  return isText(value, MAX_VALUE_LENGTH) ? { part, page, target, value } : undefined;
}

/** The token in the first message of a page. */
export function parseSyncToken(text: string): string | undefined {
  const token = parseObject(text)?.['token'];
  return isText(token, 256) ? token : undefined;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a browser opens a page on the same origin: `//host`, and `/` with a tab and `/host`, name another one. */
function isOwnPath(page: string): boolean {
  const origin = 'http://localhost';
  return (
    /^\/[^\p{Cc}]*$/u.test(page) && URL.canParse(page, origin) && new URL(page, origin).origin === origin
  );
}

function isPart(value: unknown): value is SyncPart {
  return value === 'scroll' || value === 'clicks' || value === 'fields' || value === 'navigation';
}

function isText(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value.length <= maxLength;
}

function isRatio(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}
