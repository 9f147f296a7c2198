import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { startFamily } from '../helpers/processes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Begins to watch its parent when that has ended already, as a script does that has just printed its addresses. */
const late = `
  import { watchParent } from './scripts/lib/parent.mjs';
  const parent = process.ppid;
  console.log('ready');
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    watchParent(() => console.log('parent is gone'));
    setInterval(() => {}, 1_000);
  }, 5);
`;

describe('a script that ends with its parent', () => {
  it('[C10] notices a parent that ended before the script began to watch it', async () => {
    const command = `"${process.execPath}" --input-type=module --eval "$SCRIPT" & wait`;
    const { child, output } = startFamily('sh', ['-c', command], { cwd: root, env: { SCRIPT: late } });
    await vi.waitFor(() => expect(output()).toContain('ready'));
    child.kill('SIGKILL');
    await vi.waitFor(() => expect(output()).toContain('parent is gone'));
  });
});
