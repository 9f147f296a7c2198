#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

// A signal may come while the rest is still being loaded: there is nothing to close yet.
const end = () => process.exit(0);
process.on('SIGTERM', end);
process.on('SIGINT', end);

// It reads every file once and then rests: the garbage of a minute is not to be kept for days.
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--compact-on-every-full-gc');

// Node parses every CommonJS dependency for its exports. Each of them is parsed once, but V8 would compile the parser with its
// optimizing compiler, which takes more time than it saves, and memory that its threads keep: 4 to 6 MB.
setFlagsFromString('--no-opt');
const { main } = await import('../dist/cli.js');
setFlagsFromString('--opt');

await main(() => {
  process.off('SIGTERM', end);
  process.off('SIGINT', end);
});
