import type { BadgeLook } from './badge-look.ts';

/** What an SVG badge says. */
export interface BadgeReading {
  number: number;
  /** Whether the number may be old. */
  stale: boolean;
}

const numbers = new Intl.NumberFormat('en-US');

/**
 * Draws an SVG badge such as `online | 1,234`. A stale number is grey, and has `~` in front of it.
 *
 * @returns the text of an SVG file.
 */
export async function renderBadge(look: BadgeLook, { number, stale }: BadgeReading): Promise<string> {
  // Most servers draw no badge, and loading this takes 60 ms: its tables of letter widths have 900 kB.
  const { makeBadge } = await import('badge-maker');
  const { label, labelColor, style } = look;
  return makeBadge({
    label,
    labelColor,
    style,
    message: `${stale ? '~' : ''}${numbers.format(number)}`,
    color: stale ? 'lightgrey' : look.color,
  });
}
