import { BusRefused } from '../bus/bus.ts';
import { TimeoutError } from '../bus/deadline.ts';
import { RedisUnavailable } from './redis-errors.ts';

/** Errors by the first word of the reply that do not go away without a change. */
const REFUSALS: Readonly<Record<string, (address: string, reply: string) => string>> = {
  NOAUTH: (address) =>
    `Redis at ${address} requires a password: put it in the URL, redis://:password@host:port or redis://user:password@host:port`,
  WRONGPASS: (address) => `Redis at ${address} rejects this user and password: check the URL`,
  NOPERM: (address, reply) => `Redis at ${address} denies a permission: ${reply}`,
  DENIED: (address) =>
    `Redis at ${address} is in protected mode: without a password it accepts no connections from other machines`,
  READONLY: replicaText,
};

/**
 * Describes an error of a client or of Redis. The text never contains what may be a password.
 *
 * @param address what the client was connected to
 * @returns BusRefused if another attempt would not help
 */
export function describeRedisError(error: unknown, address: string): Error {
  if (error instanceof BusRefused || error instanceof RedisUnavailable) return error;
  const refused = (text: string): Error => new BusRefused(text, { cause: error });
  const unavailable = (text: string): Error => new RedisUnavailable(text, { cause: error });
  const { code, name, message } = fieldsOf(error);
  const remedy = remedyOfTls(code);
  if (remedy) return refused(`no TLS connection to Redis at ${address} (${code}): ${remedy}`);
  if (code) return unavailable(`no Redis answers at ${address} (${code})`);
  if (error instanceof TimeoutError || name === 'ConnectionTimeoutError') {
    return unavailable(`no Redis answers at ${address} within a second`);
  }
  if (name === 'SocketClosedUnexpectedlyError') {
    return unavailable(`Redis at ${address} closed the connection`);
  }
  if (/^Unknown RESP type/.test(message)) {
    return refused(`what answers at ${address} does not speak the Redis protocol: check the address`);
  }
  const [kind = ''] = message.split(' ', 1);
  const refusal = kind === 'ERR' ? refusalOf(message, address) : REFUSALS[kind]?.(address, message);
  if (refusal !== undefined) return refused(refusal);
  // Redis repeats an unknown command with its arguments, and those of AUTH must not be in logs.
  if (/^[A-Z]{2,}$/.test(kind)) {
    return unavailable(
      `Redis at ${address} replied: ${message.replace(/,? with args beginning with.*/s, '')}`,
    );
  }
  return unavailable(`Redis at ${address} cannot be used: ${message.replace(/\/\/\S*@/g, '//…@')}`);
}

/** What to do about an error of TLS, by the code of Node.js or OpenSSL; `undefined` for other errors. */
function remedyOfTls(code: string): string | undefined {
  if (/^ERR_SSL_.*ALERT_(\w*CERTIFICATE|UNKNOWN_CA)/.test(code)) {
    return 'it requires a client certificate that it trusts: set certFile and keyFile (--redis-cert and --redis-key), or socket.cert and socket.key of createClient()';
  }
  if (/SELF_SIGNED_CERT|^UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)/.test(code)) {
    return 'this machine does not trust the authority of its certificate. Name the file of that authority in caFile (--redis-ca) or NODE_EXTRA_CA_CERTS';
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return 'its certificate is not for this host: use a name that is in the certificate';
  }
  // Codes of OpenSSL's verification have no common beginning (Node.js, tls, "X509 certificate error codes").
  if (
    /CERT|CRL|^ERR_TLS|^ERR_SSL|^EPROTO$|^UNABLE_TO_|^INVALID_(CA|PURPOSE)$|^PATH_LENGTH_EXCEEDED$/.test(code)
  ) {
    return 'check the certificate and the URL';
  }
  return undefined;
}

export function tooOldText(address: string, version: string): string {
  return `Redis at ${address} is too old (${version}): 6.2 or newer is required`;
}

export function replicaText(address: string): string {
  return `Redis at ${address} is a replica, which cannot be written to: give the address of its master`;
}

function refusalOf(message: string, address: string): string | undefined {
  if (/unknown command .?HELLO/i.test(message)) return tooOldText(address, 'older than 6.0');
  if (/without any password configured|no password is set/.test(message)) {
    return `Redis at ${address} has no password, but the URL has one: remove it, or set one in Redis`;
  }
  if (/SELECT is not allowed|DB index/.test(message)) {
    return `Redis at ${address} does not have this database number: remove it from the URL`;
  }
  return undefined;
}

function fieldsOf(error: unknown): { code: string; name: string; message: string } {
  if (!(error instanceof Error)) return { code: '', name: '', message: String(error) };
  // `localhost` has two addresses, and each can fail with an error of its own.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  const { code = (first as NodeJS.ErrnoException | undefined)?.code ?? '' } = error as NodeJS.ErrnoException;
  return { code, name: error.constructor.name, message: error.message };
}
