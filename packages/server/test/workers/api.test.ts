import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { json } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPagesAtEach, startWorkers } from '../helpers/workers.ts';

const adminToken = 'the-token-of-the-admin';
const headers = { authorization: `Bearer ${adminToken}` };
const patient = { timeout: 15_000, interval: 50 };

/** Reads a route by a connection of its own, which any worker may accept. */
function read(url: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    get(url, { headers, agent: false }, (response) => void json(response).then(resolve, reject)).on(
      'error',
      reject,
    );
  });
}

describe('the API of workers', { timeout: 60_000 }, () => {
  it('[A1] gives the sum whichever worker answers, and [T4] one of them keeps the history in a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'live-online-workers-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const options = { workers: 2, options: { adminToken, data: folder } };
    const { workers, url } = await startWorkers(options);
    await openPagesAtEach(url, 'https://a.example', { workers: 2, each: 2 });
    const site = `${url}v1/sites/a.example`;
    // Four answers: by any of the workers.
    for (let answer = 0; answer < 4; answer++) {
      await expect.poll(() => read(site), patient).toMatchObject({ people: 4, stale: false });
      const server = { connections: 4, processes: 3, isSelf: true };
      await expect.poll(() => read(`${url}v1/servers`), patient).toMatchObject({ servers: [server] });
    }
    await expect.poll(() => read(`${url}v1/stats`), patient).toMatchObject({ connections: 4 });
    await workers.close();
    expect(existsSync(join(folder, 'history.gz'))).toBe(true);
    const next = await startWorkers(options);
    await expect
      .poll(() => read(`${next.url}v1/sites`), patient)
      .toMatchObject({ sites: [{ site: 'a.example', people: 0, peakAllTime: expect.any(Number) }] });
    // The admin ends all workers by any of them.
    const { servers } = (await read(`${next.url}v1/servers`)) as { servers: { name: string }[] };
    const drain = `${next.url}v1/servers/${servers[0]!.name}/drain`;
    expect((await fetch(drain, { method: 'POST', headers })).status).toBe(202);
    await expect.poll(() => next.workers.pids(), patient).toEqual([]);
  });
});
