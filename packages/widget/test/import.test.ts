import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const cwd = fileURLToPath(new URL('..', import.meta.url));

// The built package in a Node of its own, as a server render has it: no document, no window, no timers left.
test('[W3] importing does nothing, and in a server render a counter opens nothing', async () => {
  const { stdout, stderr } = await run(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `
      const before = Object.getOwnPropertyNames(globalThis).length;
      const { createCounter } = await import('@live-online/widget');
      const added = Object.getOwnPropertyNames(globalThis).length - before;
      const counter = createCounter({ server: 'http://localhost:1/' });
      const heard = [];
      const unsubscribe = counter.subscribe((state) => heard.push(state));
      const timers = process.getActiveResourcesInfo().filter((name) => /Timeout|TCP|GetAddrInfo/.test(name));
      unsubscribe();
      counter.close();
      counter.close();
      console.log(JSON.stringify({ added, heard, timers, last: counter.state }));
      `,
    ],
    { cwd },
  );
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    added: 0,
    heard: [{ status: 'connecting' }],
    timers: [],
    last: { status: 'closed' },
  });
});
