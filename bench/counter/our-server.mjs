/** Live Online, as it is shipped. */
import { serveOurs } from './serve-ours.mjs';

serveOurs();
