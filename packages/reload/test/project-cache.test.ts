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

describe('the cache of a project', () => {
  it('[R8] its token is the same after a restart, and differs from that of another project', () => {
    const folder = temporaryFolder();
    const { token } = openProjectCache('one', folder, noWarning);
    expect(token).toMatch(/^[\w-]{32}$/);
    expect(openProjectCache('one', folder, noWarning).token).toBe(token);
    expect(openProjectCache('two', folder, noWarning).token).not.toBe(token);
  });

  it('[R8] [SEC67] other users cannot read it', () => {
    const folder = temporaryFolder();
    openProjectCache('one', folder, noWarning);
    const [project] = readdirSync(folder);
    expect(statSync(join(folder, project!)).mode & 0o077).toBe(0);
    expect(statSync(join(folder, project!, 'token')).mode & 0o077).toBe(0);
  });

  it('[R8] [SEC67] a folder that other users could read is closed to them', () => {
    const folder = temporaryFolder();
    openProjectCache('one', folder, noWarning);
    const project = join(folder, readdirSync(folder)[0]!);
    chmodSync(project, 0o755);
    openProjectCache('one', folder, noWarning);
    expect(statSync(project).mode & 0o077).toBe(0);
  });

  it.each(['', 'short', 'x'.repeat(1_000), '<script>'])(
    '[R8] a token file that contains "%.10s" is replaced',
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

  it('[R8] if nothing can be written, there is a warning, and the token is valid for this start', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const warnings: string[] = [];
    const cache = openProjectCache('one', file, (text) => warnings.push(text));
    expect(cache.token).toMatch(/^[\w-]{32}$/);
    expect(cache.indexFile).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining('nothing can be stored in')]);
  });
});
