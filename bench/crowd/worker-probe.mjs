/** The module that every worker loads: it adds no options, and lets the benchmark measure the process. */
import { measured } from './measured.mjs';
import { serveProbe } from './probes.mjs';

serveProbe(measured);

export default {};
