import cluster from 'node:cluster';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kill } from 'node:process';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createCounterWorkers, type CounterWorkersOptions } from '../../src/index.ts';
import { openPage } from '../helpers/page.ts';
import { startWorkers } from '../helpers/workers.ts';

async function writeModule(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'live-online-module-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'options.mjs');
  await writeFile(path, text);
  return path;
}

describe('starting workers', { timeout: 60_000 }, () => {
  it.each<[unknown, RegExp]>([
    [{ workers: 0 }, /^workers must be an integer from 1 to 256$/],
    [{ options: { transports: ['polling'] } }, /^options\.transports cannot include polling, /],
    [{ options: { store: { open() {} } } }, /^options\.store cannot be set: .*redis/],
    [{ options: { port: -1, maxSites: 0 } }, /^options\.maxSites must .*; options\.port must/],
    [{ redis: { url: 'nonsense' } }, /^redis\.url must be a URL/],
    [{ redis: { url: 'redis://localhost', follow: 'all' } }, /^redis\.follow is an unknown option$/],
    [{ workres: 2 }, /^workres is an unknown option$/],
    [{ module: 5 }, /^module must be a path or a file: URL$/],
    ['four', /must be an object/],
  ])('[C11] %j is an error before any process starts', (options, message) => {
    expect(() => createCounterWorkers(options as CounterWorkersOptions)).toThrow(
      expect.objectContaining({ code: 'options-invalid', message: expect.stringMatching(message) as string }),
    );
  });

  it('[S8] workers take options from a module, and leave the settings of node:cluster alone', async () => {
    const before = { ...cluster.settings };
    const module = pathToFileURL(await writeModule(`export default async () => ({ sites: ['a.example'] });`));
    const { url } = await startWorkers({ workers: 1, module });
    await openPage(url, { origin: 'https://a.example' }).receives(1);
    const rejection = await openPage(url, { origin: 'https://b.example' }).rejection();
    expect(rejection.data).toEqual({ code: 'site-not-listed' });
    expect(cluster.settings).toEqual(before);
  });

  it('[S8] an error that keeps one from starting ends all, with the text of a single server', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as AddressInfo;
    const bad = await writeModule('export default { transports: ["polling"] };');
    const failures = await Promise.allSettled([
      startWorkers({ workers: 2, options: { port } }),
      startWorkers({ workers: 1, module: '/nowhere/options.mjs' }),
      startWorkers({ workers: 1, module: bad }),
    ]);
    expect(failures).toMatchObject([
      { reason: { code: 'port-in-use', message: expect.stringMatching(`port ${port} is in use`) as string } },
      {
        reason: {
          code: 'options-invalid',
          message: expect.stringMatching(/^module cannot be loaded: /) as string,
        },
      },
      {
        reason: {
          code: 'options-invalid',
          message: expect.stringMatching(/^module\.transports cannot include polling/) as string,
          problems: [{ path: 'module.transports' }],
        },
      },
    ]);
  });

  it('[S8] a worker that cannot start is tried again until it can', async () => {
    const module = await writeModule(`
      import { existsSync } from 'node:fs';
      if (existsSync(new URL('broken', import.meta.url))) throw new Error('broken');
      export default {};
    `);
    const { workers, url } = await startWorkers({ workers: 1, module });
    const reasons: string[] = [];
    workers.on('worker', ({ reason }) => void reasons.push(reason));
    const broken = join(module, '..', 'broken');
    await writeFile(broken, '');
    kill(workers.pids()[0]!, 'SIGKILL');
    const failure = 'module cannot be loaded: broken';
    await vi.waitFor(() =>
      expect(reasons.slice(0, 3)).toEqual(['a worker has ended: SIGKILL', failure, failure]),
    );
    await rm(broken);
    await vi.waitFor(() => fetch(`${url}healthz`));
  });
});
