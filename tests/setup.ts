import { vi } from 'vitest';

/** How long a condition may take to come true, in ms. A rule about a time names its own. */
const TIMEOUT_MS = 30_000;

// Vitest gives up after a second, which is too short on a busy machine.
const { waitFor } = vi;
vi.waitFor = (condition, options = {}) =>
  waitFor(condition, typeof options === 'number' ? options : { timeout: TIMEOUT_MS, ...options });
