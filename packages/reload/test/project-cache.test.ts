import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openProjectCache } from '../src/project-cache.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'live-online-cache-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
const noWarning = (text: string): void => expect.unreachable(text);

describe('what is kept of a project', () => {
  it('[R8] its token is the same after a restart, and another project has another', () => {
    const folder = temporaryFolder();
    const { token } = openProjectCache('one', folder, noWarning);
    expect(token).toMatch(/^[\w-]{32}$/);
    expect(openProjectCache('one', folder, noWarning).token).toBe(token);
    expect(openProjectCache('two', folder, noWarning).token).not.toBe(token);
  });

  it('[R8] nobody else can read it', () => {
    const folder = temporaryFolder();
    openProjectCache('one', folder, noWarning);
    const [project] = readdirSync(folder);
    expect(statSync(join(folder, project!)).mode & 0o077).toBe(0);
    expect(statSync(join(folder, project!, 'token')).mode & 0o077).toBe(0);
  });

  it('[R8] a folder that stood open to others is closed', () => {
    const folder = temporaryFolder();
    openProjectCache('one', folder, noWarning);
    const project = join(folder, readdirSync(folder)[0]!);
    chmodSync(project, 0o755);
    openProjectCache('one', folder, noWarning);
    expect(statSync(project).mode & 0o077).toBe(0);
  });

  it.each(['', 'short', 'x'.repeat(1_000), '<script>'])(
    '[R8] a token file that holds "%.10s" is made anew',
    (text) => {
      const folder = temporaryFolder();
      openProjectCache('one', folder, noWarning);
      const [project] = readdirSync(folder);
      writeFileSync(join(folder, project!, 'token'), text);
      const { token } = openProjectCache('one', folder, noWarning);
      expect(token).toMatch(/^[\w-]{32}$/);
      expect(openProjectCache('one', folder, noWarning).token).toBe(token);
    },
  );

  it('[R8] where nothing can be written, a warning tells, and the token holds for this start', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const warnings: string[] = [];
    const cache = openProjectCache('one', file, (text) => warnings.push(text));
    expect(cache.token).toMatch(/^[\w-]{32}$/);
    expect(cache.contentFile).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining('nothing can be kept in')]);
  });
});
