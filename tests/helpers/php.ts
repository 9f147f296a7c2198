import { expect, vi } from 'vitest';
import { need } from './needs.ts';
import { startFamily, type Family } from './processes.ts';

/** For tests of programs that start PHP. */
export const needPhp = (): string => need('PHP');

/** By default PHP checks a compiled template only every two seconds. */
const fresh = ['-d', 'opcache.revalidate_freq=0'];

/** PHP's built-in server for a folder, once it answers. */
export async function startPhp(port: number, folder: string): Promise<Family> {
  const args = [...fresh, '-S', `127.0.0.1:${port}`, '-t', folder];
  const php = startFamily(needPhp(), args, { cwd: folder });
  await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200));
  return php;
}
