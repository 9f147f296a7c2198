import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('[R1] importing the package does nothing by itself', () => {
  const path = fileURLToPath(new URL('../dist/index.js', import.meta.url));
  // A timer, a socket or a listener that was left open would keep the process from ending.
  const code = `
    const signals = () => process.eventNames().length;
    const [globals, before] = [Object.getOwnPropertyNames(globalThis).length, signals()];
    const names = Object.keys(await import(${JSON.stringify(path)})).sort();
    console.log(Object.getOwnPropertyNames(globalThis).length - globals, signals() - before, ...names);
  `;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    timeout: 10_000,
    encoding: 'utf8',
  });
  const expected = {
    stdout: '0 0 ReloadServerError createReloadServer defineConfig\n',
    stderr: '',
    status: 0,
  };
  expect({ stdout, stderr, status }).toEqual(expected);
});
