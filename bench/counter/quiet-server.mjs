/** Live Online that greets everybody and then keeps quiet, so that nothing is measured but the connections. */
import { serveOurs } from './serve-ours.mjs';

serveOurs({ minUpdateIntervalMs: 60_000 });
