import { lookup as lookUp, type LookupAddress, type LookupOptions } from 'node:dns';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.ts';

/** How an attempt ended. */
export interface PostResult {
  isDelivered: boolean;
  /** Why it was not. It has no part of the URL. */
  error?: string;
  /** The receiver does not want this delivery: no attempt follows. */
  isFinal?: boolean;
  retryAfterMs?: number;
}

export interface PostOptions {
  /** Whether private, loopback and link-local addresses are allowed. */
  allowPrivate: boolean;
  /** How long the receiver may take to answer, in ms. */
  timeoutMs: number;
  /** Aborts the attempt. */
  signal?: AbortSignal;
  /** @default the system's, and the internet */
  network?: Network;
}

const PRIVATE = 'its address is private, loopback or link-local; see --webhook-allow-private';

class PrivateAddressError extends Error {}

type LookUpCallback = (
  error: NodeJS.ErrnoException | null,
  addresses: string | LookupAddress[],
  family?: number,
) => void;

/** How names are resolved, and which addresses are of the internet. */
export interface Network {
  lookUp: (
    hostname: string,
    options: LookupOptions & { all: true },
    done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
  ) => void;
  isPublic: (address: string) => boolean;
}

const INTERNET: Network = { lookUp, isPublic: isPublicAddress };

/** Resolves a hostname to its public addresses: the addresses that are checked are those that are connected to. */
function lookUpPublic({ lookUp, isPublic }: Network) {
  return (hostname: string, options: LookupOptions, done: LookUpCallback): void =>
    lookUp(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, []);
      const allowed = addresses.filter(({ address }) => isPublic(address));
      const [first] = allowed;
      if (!first) return done(new PrivateAddressError(PRIVATE), []);
      if (options.all) done(null, allowed);
      else done(null, first.address, first.family);
    });
}

/**
 * Sends one webhook. Redirects are not followed, and the body of the answer is not read. Never rejects.
 *
 * @param body JSON
 */
export function postWebhook(
  url: URL,
  headers: Record<string, string>,
  body: string,
  { allowPrivate, timeoutMs, signal, network = INTERNET }: PostOptions,
): Promise<PostResult> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // Node resolves no name for an address.
  if (!allowPrivate && isIP(host) && !network.isPublic(host)) {
    return Promise.resolve({ isDelivered: false, error: PRIVATE });
  }
  return new Promise((resolve) => {
    const { request } = url.protocol === 'https:' ? https : http;
    const deadline = AbortSignal.timeout(timeoutMs);
    // Not `AbortSignal.any`: in Node 20 each of its signals leaves something at `signal`, which lasts as long as the server.
    const abort = (): void => void sent.destroy(new Error('aborted'));
    const sent = request(url, {
      method: 'POST',
      agent: false,
      signal: deadline,
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'live-online-server',
      },
      ...(!allowPrivate && { lookup: lookUpPublic(network) }),
    });
    sent.on('response', (response) => {
      resolve(resultOf(response));
      response.destroy();
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ isDelivered: false, error: describe(error, deadline.aborted, timeoutMs) });
    });
    // Node closes the connection of an upgrade that no listener takes, without an error.
    sent.on('close', () => {
      signal?.removeEventListener('abort', abort);
      resolve({ isDelivered: false, error: 'the connection was closed without an answer' });
    });
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort);
    sent.end(body);
  });
}

function resultOf({ statusCode = 0, headers }: IncomingMessage): PostResult {
  if (statusCode >= 200 && statusCode < 300) return { isDelivered: true };
  const result = { isDelivered: false, error: `answered ${statusCode}` };
  // Standard Webhooks: the receiver is gone for good.
  if (statusCode === 410) return { ...result, isFinal: true };
  const seconds = headers['retry-after'];
  return seconds !== undefined && /^\d{1,6}$/.test(seconds)
    ? { ...result, retryAfterMs: Number(seconds) * 1_000 }
    : result;
}

/** An error's own text would contain addresses and the path of the URL. */
function describe(error: NodeJS.ErrnoException, isLate: boolean, timeoutMs: number): string {
  if (error instanceof PrivateAddressError) return error.message;
  if (isLate) return `no answer within ${timeoutMs / 1_000} s`;
  return error.code ?? 'the connection failed';
}
