/** Live Online that sends each client one total and no updates, so that only connections are measured. */
import { serveOurs } from './serve-ours.mjs';

serveOurs({ minUpdateIntervalMs: 60_000 });
