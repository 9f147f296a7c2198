import { BusRefused } from '../bus/bus.ts';
import { TimeoutError, RedisUnavailable } from './redis-errors.ts';

/**
 * Says what an error of a client or of Redis means. Never repeats what might be a password.
 *
 * @param place where the client was connected to
 * @returns BusRefused where waiting would not help
 */
export function explain(error: unknown, place: string): Error {
  if (error instanceof BusRefused || error instanceof RedisUnavailable) return error;
  const refused = (text: string): Error => new BusRefused(text, { cause: error });
  const trouble = (text: string): Error => new RedisUnavailable(text, { cause: error });
  if (error instanceof TimeoutError) return trouble(`no Redis answers at ${place} within a second`);

  const { code, name, message } = errorOf(error);
  if (/CERT|^ERR_TLS|^ERR_SSL|^EPROTO$/.test(code)) {
    return refused(`no TLS connection to Redis at ${place} (${code}): check the certificate and the URL`);
  }
  if (code) return trouble(`no Redis answers at ${place} (${code})`);
  if (name === 'ConnectionTimeoutError') return trouble(`no Redis answers at ${place} within a second`);
  if (name === 'SocketClosedUnexpectedlyError') return trouble(`Redis at ${place} closed the connection`);
  if (/^Unknown RESP type/.test(message)) {
    return refused(`what answers at ${place} does not speak as Redis does: check the address`);
  }

  const [kind] = message.split(' ', 1);
  switch (kind) {
    case 'NOAUTH':
      return refused(
        `Redis at ${place} asks for a password: put it in the URL, redis://:password@host:port or redis://user:password@host:port`,
      );
    case 'WRONGPASS':
      return refused(`Redis at ${place} does not take this user and password: check the URL`);
    case 'NOPERM':
      return refused(`Redis at ${place} denies what is needed: ${message}`);
    case 'DENIED':
      return refused(
        `Redis at ${place} is in protected mode: it takes no connections from other machines until it has a password`,
      );
    case 'READONLY':
      return refused(replicaText(place));
    case 'ERR':
      return explainPlainError(message, place, refused, trouble);
    default:
      return trouble(
        /^[A-Z]{2,}$/.test(kind ?? '')
          ? `Redis at ${place} says: ${message}`
          : `Redis at ${place} cannot be used: ${message.replace(/\/\/\S*@/g, '//…@')}`,
      );
  }
}

export function tooOldText(place: string, version: string): string {
  return `Redis at ${place} is too old (${version}): it has to be 6.2 or newer`;
}

export function replicaText(place: string): string {
  return `Redis at ${place} is a replica, which cannot be written to: give the address of its master`;
}

function explainPlainError(
  message: string,
  place: string,
  refused: (text: string) => Error,
  trouble: (text: string) => Error,
): Error {
  if (/unknown command .?HELLO/i.test(message)) return refused(tooOldText(place, 'older than 6.0'));
  if (/without any password configured|no password is set/.test(message)) {
    return refused(
      `Redis at ${place} has no password, but the URL gives one: leave it out, or set one in Redis`,
    );
  }
  if (/SELECT is not allowed|DB index/.test(message)) {
    return refused(`Redis at ${place} does not have this database number: leave it out of the URL`);
  }
  // An unknown command is answered with its arguments, and those of AUTH are not for logs.
  return trouble(`Redis at ${place} says: ${message.replace(/,? with args beginning with.*/s, '')}`);
}

function errorOf(error: unknown): { code: string; name: string; message: string } {
  if (!(error instanceof Error)) return { code: '', name: '', message: String(error) };
  const { code } = error as NodeJS.ErrnoException;
  // `localhost` stands for two addresses, and each may fail in its own way.
  const first =
    error instanceof AggregateError ? (error.errors[0] as NodeJS.ErrnoException | undefined) : undefined;
  return {
    code: code ?? first?.code ?? '',
    name: error.constructor.name,
    message: error.message,
  };
}
