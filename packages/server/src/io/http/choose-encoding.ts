import type { IncomingMessage } from 'node:http';
import Negotiator from 'negotiator';

/** Encodings, the smallest first. */
const ENCODINGS = ['br', 'gzip', 'identity'] as const;

export type Encoding = (typeof ENCODINGS)[number];

/** The smallest encoding that the client accepts. */
export function chooseEncoding(request: IncomingMessage): Encoding {
  const negotiator = new Negotiator(request);
  // Missing in the published types: `preferred` breaks ties in our order instead of the header's.
  const encoding = negotiator.encoding.bind(negotiator) as (
    available: readonly string[],
    options: { preferred: readonly string[] },
  ) => string | undefined;
  return (encoding(ENCODINGS, { preferred: ENCODINGS }) as Encoding | undefined) ?? 'identity';
}
