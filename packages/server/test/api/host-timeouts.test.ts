import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { createCounter, startHost } from '../helpers/host.ts';

const adminToken = 'a-token-of-20-letters';
const headers = { authorization: `Bearer ${adminToken}` };

it('[C10] a host may answer a request of the API before the counter does', async () => {
  const counter = createCounter({ adminToken, publicSites: ['*'] });
  const serve = counter.middleware();
  let hasTimeout = true;
  const url = await startHost(
    createServer((request, response) => {
      serve(request, response);
      if (hasTimeout) response.writeHead(503).end('too late');
    }),
  );
  const errors: unknown[] = [];
  const collect = (error: unknown): void => void errors.push(error);
  process.on('unhandledRejection', collect);
  onTestFinished(() => void process.off('unhandledRejection', collect));
  const paths = ['servers', 'stats', 'webhooks', 'metrics', 'sites/a.example/badge.svg'];
  const read = (path: string, method = 'GET') =>
    fetch(`${url}/live-online/v1/${path}`, { method, headers }).then(async (answer) => {
      await answer.text();
      return answer.status;
    });
  for (const path of paths) expect([path, await read(path)]).toEqual([path, 503]);
  expect(await read('servers/unknown/drain', 'POST')).toBe(503);
  hasTimeout = false;
  for (const path of paths) expect([path, await read(path)]).toEqual([path, 200]);
  expect(errors).toEqual([]);
});
