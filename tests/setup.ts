import { vi } from 'vitest';

/** How long a condition may take to come true, in ms. A rule about a time names its own. */
const TIMEOUT_MS = 15_000;

// Vitest gives up after a second, in which a busy machine may not have let anybody run.
const { waitFor } = vi;
vi.waitFor = (condition, options = {}) =>
  waitFor(condition, typeof options === 'number' ? options : { timeout: TIMEOUT_MS, ...options });
