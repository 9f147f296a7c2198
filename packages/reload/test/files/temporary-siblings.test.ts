import { execFile } from 'node:child_process';
import { renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { makeFolder } from '../helpers/reload-server.ts';
import { watchByFakeClock } from '../helpers/watched-files.ts';

const run = promisify(execFile);
const OLD = '<!doctype html><title>one</title><p>text\n';
const NEW = OLD.replace('one', 'two');

type Watched = Awaited<ReturnType<typeof watchByFakeClock>>;

/** How long temporary files exist, in ms: longer than the usual quiet period. */
const WRITING_MS = 30;

/** Writes a temporary file, and renames it over the page. */
const byRename =
  (temporary: string) =>
  async ({ at, change, pass }: Watched): Promise<void> => {
    await change(() => writeFileSync(at(temporary), NEW));
    await pass(WRITING_MS);
    await change(() => renameSync(at(temporary), at('index.html')));
  };

describe('a temporary file beside the saved one', () => {
  it.each<[string, (watched: Watched) => Promise<void>]>([
    ['index.html~tmp, renamed over index.html', byRename('index.html~tmp')],
    ['a name of any kind, renamed over index.html', byRename('xyz123')],
    [
      'a name of any kind, deleted after the save',
      async ({ at, change, pass }) => {
        await change(() => writeFileSync(at('xyz123'), NEW));
        await pass(WRITING_MS);
        await change(() => {
          writeFileSync(at('index.html'), NEW);
          unlinkSync(at('xyz123'));
        });
      },
    ],
    [
      'sedXXXXXX, which sed -i renames over index.html',
      async ({ at, change, pass }) => {
        const { folder, write } = makeFolder();
        // sed runs this at the last line, while its temporary file exists.
        const wait = `n=0; while [ ! -e ${folder}/go ] && [ $n -lt 600 ]; do sleep 0.05; n=$((n + 1)); done`;
        const script = ['-e', 's/one/two/', '-e', `$e ${wait}`];
        const { ended } = await change(() => ({ ended: run('sed', ['-i', ...script, at('index.html')]) }));
        await pass(WRITING_MS);
        await change(() => write('go', ''));
        await ended;
      },
    ],
  ])('[R2] %s, delays the update by no more than the quiet period', async (_what, save) => {
    const watched = await watchByFakeClock({ 'index.html': OLD });
    await save(watched);
    await watched.pass(14);
    // The clock stands still: nothing that is waited for longer is reported.
    await vi.waitFor(() => expect(watched.updates.map(({ files }) => files)).toEqual([['index.html']]));
  });
});
