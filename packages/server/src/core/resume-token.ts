import type { ResumePoint } from './ports.ts';

/** More connections than a client can make: a token with a higher number is made up. */
const MAX_CONNECTION_NUMBER = 1_000_000_000;

/** The resume token that a client receives, and sends to the next server. [C7] */
export function formatResumeToken({ server, connectionNumber }: ResumePoint): string {
  return `${server}.${connectionNumber}`;
}

/**
 * Reads the resume token of a client.
 *
 * @returns `undefined` if no server can have created it.
 */
export function parseResumeToken(resumeToken: string | undefined): ResumePoint | undefined {
  const [, server, digits] = /^([\w-]{1,48})\.(\d{1,10})$/.exec(resumeToken ?? '') ?? [];
  const connectionNumber = Number(digits);
  return server !== undefined && connectionNumber >= 1 && connectionNumber < MAX_CONNECTION_NUMBER
    ? { server, connectionNumber }
    : undefined;
}
