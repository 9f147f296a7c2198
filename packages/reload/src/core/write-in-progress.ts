import type { FileLook } from './ports.ts';

/** What is known of a file's move. */
export interface Movement {
  /** Whether its bytes or times changed where it lies; otherwise it only came, went or was renamed over. */
  written: boolean;
  /** Whether it was seen at more than one size, or moves again right after it was told of. */
  grew: boolean;
  /** How it looks now; `undefined` if it has gone. */
  look: FileLook | undefined;
  /** How it looked before the move, as far as that is known. */
  before: FileLook | undefined;
}

/** Writers with buffers pause where one is full. */
const BUFFER_BYTES = 4_096;
/** A save makes a file a little shorter or longer; a writer that is not done has written much less, or is at much more. */
const MUCH_SHORTER = 0.8;
const MUCH_LONGER = 1.25;

/** Whether the writer may not be done although it pauses: there is no event for a file that is closed. [R5] */
export function isDoubtful({ written, grew, look, before }: Movement): boolean {
  // It may be deleted to be made anew.
  if (!look || look.size === 0) return true;
  if (grew) return true;
  // A file that was renamed into place is whole.
  if (!written) return false;
  if (!before) return true;
  if (isMuchShorter(look, before)) return true;
  if (look.size > before.size * MUCH_LONGER + BUFFER_BYTES) return true;
  return look.size % BUFFER_BYTES === 0 && look.size !== before.size;
}

export function isMuchShorter(look: FileLook, before: FileLook): boolean {
  return look.size < before.size * MUCH_SHORTER;
}
