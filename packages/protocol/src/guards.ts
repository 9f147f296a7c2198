import type { CounterHandshake, Rejection, TotalDetails } from './counter.ts';
import { limits } from './limits.ts';
import { normalizePath } from './paths.ts';
import { PROTOCOL_VERSION } from './version.ts';

const MEMBER = /^[\w-]+$/;
/** A resume token or a rejection code. Its length stands here, so that a bundle with this guard needs no `limits`. */
const IDENTIFIER = /^[\w.-]{1,64}$/;

/**
 * Whether `value` is a valid total: a safe integer, at least 0. [P7]
 *
 * @example
 * ```ts
 * import { isTotal } from '@live-online/protocol';
 * import { io } from 'socket.io-client';
 *
 * io('http://localhost:8081').on('total', (total: unknown) => {
 *   if (isTotal(total)) console.log(`${total} online`);
 * });
 * ```
 */
export function isTotal(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * Reads the details of a total. Drops unknown fields and invalid values, and never throws. [P7]
 *
 * @example
 * ```ts
 * import { parseTotalDetails } from '@live-online/protocol';
 *
 * const { stale = false, resume } = parseTotalDetails({ stale: true, resume: 'server-a.1' });
 * console.log(stale, resume);
 * ```
 */
export function parseTotalDetails(value: unknown): TotalDetails {
  const { stale, resume } = (value ?? {}) as Record<string, unknown>;
  return { ...(stale === true && { stale }), ...(isIdentifier(resume) && { resume }) };
}

/**
 * Whether `value` is the data of a rejection. An unknown code is valid, because newer servers may send it. [P8]
 *
 * @example
 * ```ts
 * import { isRejection } from '@live-online/protocol';
 * import { io } from 'socket.io-client';
 *
 * io('http://localhost:8081').on('connect_error', (error: Error & { data?: unknown }) => {
 *   if (isRejection(error.data)) console.log(`rejected: ${error.data.code}`);
 * });
 * ```
 */
export function isRejection(value: unknown): value is Rejection {
  return isIdentifier((value as Rejection | null | undefined)?.code);
}

/**
 * Whether `value` can be a resume token or the code of a rejection: 1 to 64 letters, digits, `_`, `.` or `-`. [P5] [P6]
 *
 * @example
 * ```ts
 * import { isIdentifier } from '@live-online/protocol';
 *
 * const received: unknown = JSON.parse('{"resume":"server-a.1"}');
 * const { resume } = received as { resume?: unknown };
 * if (isIdentifier(resume)) console.log(resume);
 * ```
 */
export function isIdentifier(value: unknown): value is string {
  return typeof value === 'string' && IDENTIFIER.test(value);
}

/**
 * Whether `value` can be the number of a member's tabs: an integer from 1 to 1,000. [P21]
 *
 * @example
 * ```ts
 * import { isTabs } from '@live-online/protocol';
 *
 * console.log(isTabs(2), isTabs(0));
 * ```
 */
export function isTabs(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= limits.maxTabs;
}

/** The fields of a valid handshake, or the first problem of an invalid one. */
export type HandshakeResult =
  | { ok: true; handshake: CounterHandshake }
  | { ok: false; code: Rejection['code']; problem: string };

/**
 * Validates the handshake of a client. Unknown fields are dropped, and the path of its page is normalized. [P4]
 *
 * @param value What the client sent as Socket.IO's `auth`. `undefined` and `null` are valid handshakes.
 * @returns Never throws: a problem is in the result.
 * @example
 * ```ts
 * import { parseHandshake } from '@live-online/protocol';
 *
 * const result = parseHandshake({ v: 1, member: 'a1b2c3d4' });
 * if (result.ok) console.log(result.handshake.member);
 * else console.error(result.code, result.problem);
 * ```
 */
export function parseHandshake(value: unknown): HandshakeResult {
  if (value === undefined || value === null) return { ok: true, handshake: {} };
  if (typeof value !== 'object' || Array.isArray(value)) {
    return invalid('the handshake must be an object');
  }
  const { v, member, token, resume, page, tabs } = value as Record<string, unknown>;
  const handshake: CounterHandshake = {};
  if (v !== undefined) {
    if (!Number.isSafeInteger(v) || (v as number) < 1) return invalid('v must be an integer ≥ 1');
    if ((v as number) > PROTOCOL_VERSION) {
      const problem = `protocol ${v as number} is newer than this server's, which is ${PROTOCOL_VERSION}`;
      return { ok: false, code: 'version-unsupported', problem };
    }
    handshake.v = v as number;
  }
  if (member !== undefined) {
    const { minMemberLength: min, maxMemberLength: max } = limits;
    if (!isText(member, min, max) || !MEMBER.test(member)) {
      return invalid(`member must be ${min} to ${max} letters, digits, "-" or "_"`);
    }
    handshake.member = member;
  }
  if (token !== undefined) {
    if (!isText(token, 1, limits.maxTokenLength)) {
      return invalid(`token must be a string of 1 to ${limits.maxTokenLength} characters`);
    }
    handshake.token = token;
  }
  if (resume !== undefined) {
    if (!isIdentifier(resume)) {
      return invalid(`resume must be 1 to ${limits.maxResumeTokenLength} letters, digits, "_", "." or "-"`);
    }
    handshake.resume = resume;
  }
  if (page !== undefined) {
    const path = typeof page === 'string' ? normalizePath(page) : undefined;
    if (path === undefined) {
      return invalid(`page must be a path of up to ${limits.maxPathLength} characters, such as /blog`);
    }
    handshake.page = path;
  }
  if (tabs !== undefined) {
    if (!isTabs(tabs)) return invalid(`tabs must be an integer from 1 to ${limits.maxTabs}`);
    handshake.tabs = tabs;
  }
  return { ok: true, handshake };
}

function isText(value: unknown, min: number, max: number): value is string {
  return typeof value === 'string' && value.length >= min && value.length <= max;
}

function invalid(problem: string): HandshakeResult {
  return { ok: false, code: 'handshake-invalid', problem };
}
