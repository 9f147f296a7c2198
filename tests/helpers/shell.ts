import { expect, vi } from 'vitest';
import { need } from './needs.ts';
import { startFamily, type Family } from './processes.ts';
import { serverFolder } from './readme.ts';

/** Runs text of a document in a shell, after replacing parts of it. The test fails if a part is absent. */
export function startShell(text: string, replacements: Record<string, string>): Family {
  need('curl');
  let code = text;
  for (const [part, replacement] of Object.entries(replacements)) {
    expect(code).toContain(part);
    code = code.replaceAll(part, replacement);
  }
  return startFamily('sh', ['-c', code], { cwd: serverFolder });
}

/** What a shell command prints, once it has ended. */
export async function outputOf(text: string, replacements: Record<string, string>): Promise<string> {
  const { child, output } = startShell(text.replaceAll(/^curl /gm, 'curl --silent '), replacements);
  await vi.waitFor(() => expect(child.exitCode).toBe(0));
  return output();
}
