import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const cwd = fileURLToPath(new URL('..', import.meta.url));

test.each(['element', 'define', 'react', 'vue', 'svelte'])(
  '[W2] [W3] in a server render, ./%s can be imported and has no side effect',
  async (entry) => {
    const { stdout, stderr } = await run(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `
        const before = Object.getOwnPropertyNames(globalThis).length;
        const exported = await import('@live-online/widget/${entry}');
        const timers = process.getActiveResourcesInfo().filter((name) => /Timeout|TCP|GetAddrInfo/.test(name));
        const added = Object.getOwnPropertyNames(globalThis).length - before;
        console.log(JSON.stringify({ added, timers, names: Object.keys(exported) }));
        `,
      ],
      { cwd },
    );
    const names = { element: ['LiveOnlineCounter'], define: [], svelte: ['onlineCount'] }[entry];
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ timers: [], names: names ?? ['useOnlineCount'] });
    // Vue defines globals for its own versions.
    if (entry !== 'vue') expect(JSON.parse(stdout)).toMatchObject({ added: 0 });
  },
);

// The built package in a Node process of its own, as in a server render: no document, no window, no timers left.
test('[W3] importing has no side effect, and in a server render a counter opens no connection', async () => {
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
      const states = [];
      const unsubscribe = counter.subscribe((state) => states.push(state));
      const timers = process.getActiveResourcesInfo().filter((name) => /Timeout|TCP|GetAddrInfo/.test(name));
      unsubscribe();
      counter.close();
      counter.close();
      console.log(JSON.stringify({ added, states, timers, last: counter.state }));
      `,
    ],
    { cwd },
  );
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    added: 0,
    states: [{ status: 'connecting' }],
    timers: [],
    last: { status: 'closed' },
  });
});
