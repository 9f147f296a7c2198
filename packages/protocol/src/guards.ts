import type { CounterHandshake, Rejection, TotalDetails } from './counter.ts';
import { limits } from './limits.ts';
import { PROTOCOL_VERSION } from './version.ts';

const MEMBER = /^[\w-]+$/;
/** A server's word, or the code of a refusal. The length is spelled out: pages carry this guard, and not the limits. */
const WORD = /^[\w.-]{1,64}$/;

/** Whether `value` can be a total: a safe integer, at least 0. */
export function isTotal(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The details of a total as far as they are understood; whatever else was sent is dropped. */
export function parseTotalDetails(value: unknown): TotalDetails {
  const { stale, server } = (value ?? {}) as Record<string, unknown>;
  return { ...(stale === true && { stale }), ...(isWord(server) && { server }) };
}

/** Whether `value` is the data of a refusal. Codes that this version does not know are refusals too. */
export function isRefusal(value: unknown): value is Rejection {
  return isWord((value as Rejection | null | undefined)?.code);
}

/** What became of a handshake: its fields, or the first thing that is wrong with it. */
export type HandshakeResult =
  | { ok: true; handshake: CounterHandshake }
  | { ok: false; code: Rejection['code']; problem: string };

/**
 * Reads the handshake of a client. Unknown fields are dropped.
 *
 * @param value Whatever came as Socket.IO's `auth`; nothing at all is a valid handshake.
 * @returns Never throws: what breaks the protocol is told in the result.
 */
export function parseHandshake(value: unknown): HandshakeResult {
  if (value === undefined || value === null) return { ok: true, handshake: {} };
  if (typeof value !== 'object' || Array.isArray(value)) {
    return invalid('the handshake must be an object');
  }
  const { v, member, token, server } = value as Record<string, unknown>;
  const handshake: CounterHandshake = {};
  if (v !== undefined) {
    if (!Number.isSafeInteger(v) || (v as number) < 1) return invalid('v must be a whole number from 1 on');
    if ((v as number) > PROTOCOL_VERSION) {
      const problem = `protocol ${v as number} is newer than this server, which speaks ${PROTOCOL_VERSION}`;
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
      return invalid(`token must be text of 1 to ${limits.maxTokenLength} characters`);
    }
    handshake.token = token;
  }
  if (server !== undefined) {
    if (!isWord(server)) {
      return invalid(`server must be 1 to ${limits.maxServerLength} letters, digits, "_", "." or "-"`);
    }
    handshake.server = server;
  }
  return { ok: true, handshake };
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && WORD.test(value);
}

function isText(value: unknown, min: number, max: number): value is string {
  return typeof value === 'string' && value.length >= min && value.length <= max;
}

function invalid(problem: string): HandshakeResult {
  return { ok: false, code: 'handshake-invalid', problem };
}
