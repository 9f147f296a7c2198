/** Live Online with its defaults. */
import { serveOurs } from './serve-ours.mjs';

serveOurs();
