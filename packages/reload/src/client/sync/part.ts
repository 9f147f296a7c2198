import type { Message } from './connection.ts';

/** A part: it sends what the user does, and returns what applies a message. */
export type Part = (send: (details: object) => void) => (message: Message) => void;
