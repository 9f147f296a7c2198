#!/usr/bin/env node
// A signal may come while the rest is still being loaded: there is nothing to close yet.
const end = () => process.exit(0);
process.on('SIGTERM', end);
process.on('SIGINT', end);

const { main } = await import('../dist/cli.js');

await main(() => {
  process.off('SIGTERM', end);
  process.off('SIGINT', end);
});
