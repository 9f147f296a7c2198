/** The module that every worker loads: it adds no options, and lets the benchmark measure the process. */
import { measured } from './measured.mjs';
import { serveProbe } from './probes.mjs';

// A worker that replaces another one is also measured from its start.
measured.watchLoop();
serveProbe(measured);

export default {};
