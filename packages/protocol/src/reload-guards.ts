import type {
  ContentVersion,
  ReloadHandshake,
  ReloadOverlay,
  ReloadRejectionCode,
  ReloadUpdate,
} from './reload.ts';
import { limits } from './limits.ts';

/** The version of the reload protocol. It rises by the same rule as `PROTOCOL_VERSION`. [P8] */
export const RELOAD_PROTOCOL_VERSION = 1;

const MAX_CACHED_BY_LENGTH = 200;
const PAGE = /^[\w-]{1,64}$/;

/** The fields of a valid handshake, or the first problem of an invalid one. */
export type ReloadHandshakeResult =
  | { ok: true; handshake: ReloadHandshake }
  | { ok: false; code: ReloadRejectionCode; problem: string };

/**
 * Validates the handshake of a page. Unknown fields are dropped. [P10]
 *
 * @param value What the page sent as Socket.IO's `auth`.
 * @returns Never throws: a problem is in the result.
 * @example
 * ```ts
 * import { parseReloadHandshake } from '@live-online/protocol';
 *
 * const result = parseReloadHandshake({ v: 1, token: 'project-token' });
 * if (!result.ok) console.error(result.code, result.problem);
 * ```
 */
export function parseReloadHandshake(value: unknown): ReloadHandshakeResult {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return invalid('the handshake must be an object');
  }
  const { v, token, page, cachedBy } = value as Record<string, unknown>;
  if (v !== undefined) {
    if (!Number.isSafeInteger(v) || (v as number) < 1) return invalid('v must be an integer ≥ 1');
    if ((v as number) > RELOAD_PROTOCOL_VERSION) {
      const problem = `protocol ${v as number} is newer than this server's, which is ${RELOAD_PROTOCOL_VERSION}`;
      return { ok: false, code: 'version-unsupported', problem };
    }
  }
  if (typeof token !== 'string' || token.length < 1 || token.length > limits.maxTokenLength) {
    return invalid(`token must be a string of 1 to ${limits.maxTokenLength} characters`);
  }
  if (page !== undefined && (typeof page !== 'string' || !PAGE.test(page))) {
    return invalid('page must be 1 to 64 letters, digits, "-" or "_"');
  }
  if (
    cachedBy !== undefined &&
    (typeof cachedBy !== 'string' || cachedBy.length < 1 || cachedBy.length > MAX_CACHED_BY_LENGTH)
  ) {
    return invalid(`cachedBy must be a string of 1 to ${MAX_CACHED_BY_LENGTH} characters`);
  }
  return {
    ok: true,
    handshake: {
      token,
      ...(v !== undefined && { v: v as number }),
      ...(page !== undefined && { page }),
      ...(cachedBy !== undefined && { cachedBy }),
    },
  };
}

/**
 * Whether `value` is a valid version of the content. [P11]
 *
 * @example
 * ```ts
 * import { isContentVersion } from '@live-online/protocol';
 *
 * const received: unknown = { id: 'a.1' };
 * if (isContentVersion(received)) console.log(received.id, received.digest);
 * ```
 */
export function isContentVersion(value: unknown): value is ContentVersion {
  const { id, digest } = (value ?? {}) as Partial<ContentVersion>;
  return typeof id === 'string' && id !== '' && (digest === undefined || typeof digest === 'string');
}

/**
 * Whether `value` is a valid update. Unknown fields are allowed. [P12]
 *
 * @example
 * ```ts
 * import { isReloadUpdate } from '@live-online/protocol';
 *
 * const received: unknown = { version: { id: 'a.2' }, action: 'reload' };
 * if (!isReloadUpdate(received) || received.action === 'reload') location.reload();
 * ```
 */
export function isReloadUpdate(value: unknown): value is ReloadUpdate {
  const { version, action, css, cssTexts, images, html, htmlText, exact } = (value ??
    {}) as Partial<ReloadUpdate>;
  return (
    isContentVersion(version) &&
    (action === 'none' || action === 'apply' || action === 'reload') &&
    [css, images].every((paths) => paths === undefined || isPaths(paths)) &&
    (cssTexts === undefined || isTexts(cssTexts)) &&
    (htmlText === undefined || typeof htmlText === 'string') &&
    [html, exact].every((flag) => flag === undefined || typeof flag === 'boolean')
  );
}

/**
 * Whether `value` is a valid problem to show. Unknown fields are allowed. [P24]
 *
 * @example
 * ```ts
 * import { isReloadOverlay } from '@live-online/protocol';
 *
 * const received: unknown = { title: 'npm run build failed', text: 'src/app.ts:3:5: error' };
 * if (isReloadOverlay(received)) console.log(received.title, received.text);
 * ```
 */
export function isReloadOverlay(value: unknown): value is ReloadOverlay {
  const { title, text, file, line, column } = (value ?? {}) as Partial<ReloadOverlay>;
  return (
    typeof title === 'string' &&
    [text, file].every((one) => one === undefined || typeof one === 'string') &&
    [line, column].every((one) => one === undefined || Number.isSafeInteger(one))
  );
}

function isTexts(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((text) => typeof text === 'string')
  );
}

function isPaths(value: unknown): boolean {
  return Array.isArray(value) && value.every((path) => typeof path === 'string');
}

function invalid(problem: string): ReloadHandshakeResult {
  return { ok: false, code: 'handshake-invalid', problem };
}
