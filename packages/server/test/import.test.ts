import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

describe('importing the package', () => {
  it.each(['index.js', 'redis.js', 'testing.js'])('[C10] dist/%s does nothing by itself', (entry) => {
    const path = fileURLToPath(new URL(`../dist/${entry}`, import.meta.url));
    // A timer, a socket or a listener that was left open would keep the process from ending.
    const code = `
      const signals = () => process.eventNames().length;
      const [globals, before] = [Object.getOwnPropertyNames(globalThis).length, signals()];
      await import(${JSON.stringify(path)});
      console.log(Object.getOwnPropertyNames(globalThis).length - globals, signals() - before);
    `;
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      timeout: 10_000,
      encoding: 'utf8',
    });
    expect({ stdout, stderr, status }).toEqual({ stdout: '0 0\n', stderr: '', status: 0 });
  });
});
