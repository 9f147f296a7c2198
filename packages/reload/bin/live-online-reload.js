#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

// A signal may come while the rest is still being loaded: there is nothing to close yet.
const end = () => process.exit(0);
process.on('SIGTERM', end);
process.on('SIGINT', end);

// It reads every file once and then rests: the garbage of a minute is not to be kept for days.
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--compact-on-every-full-gc');

const { main } = await import('../dist/cli.js');

await main(() => {
  process.off('SIGTERM', end);
  process.off('SIGINT', end);
});
