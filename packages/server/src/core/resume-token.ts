import type { ResumePoint } from './ports.ts';

/** More connections than a page can make; whoever says so has made the word up. */
const MAX_CONNECTION_NUMBER = 1_000_000_000;

/** The word about a connection that a page is told, and says to the next server. [C7] */
export function formatResumeToken({ server, connectionNumber }: ResumePoint): string {
  return `${server}.${connectionNumber}`;
}

/**
 * Reads a word that a page says.
 *
 * @returns `undefined` for what no server has told it.
 */
export function parseResumeToken(word: string | undefined): ResumePoint | undefined {
  const [, server, digits] = /^([\w-]{1,48})\.(\d{1,10})$/.exec(word ?? '') ?? [];
  const connectionNumber = Number(digits);
  return server !== undefined && connectionNumber >= 1 && connectionNumber < MAX_CONNECTION_NUMBER
    ? { server, connectionNumber }
    : undefined;
}
