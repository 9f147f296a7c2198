import { expect, it } from 'vitest';
import { createCounterServer, createCounterWorkers, CounterServerError } from '../src/index.ts';
import { listenFailed } from '../src/errors.ts';

function errorOf(task: () => unknown): CounterServerError {
  try {
    task();
  } catch (error) {
    if (error instanceof CounterServerError) return error;
  }
  throw new Error('nothing was thrown');
}

it('[C11] a failed listen keeps its cause', () => {
  const cause = Object.assign(new Error('listen EMFILE: something'), { code: 'EMFILE' });
  const error = listenFailed(cause, undefined, 80);
  expect(error).toMatchObject({ name: 'CounterServerError', code: 'listen-failed', cause, problems: [] });
});

it('[C11] an error about options has every problem with its path and its message', () => {
  const sites = ['a b; port c'];
  const message = '"a b; port c" is not a hostname such as example.org or *.example.org';
  const port = { path: 'port', message: 'must be an integer from 0 to 65535' };
  expect(errorOf(() => createCounterServer({ port: -1, sites })).problems).toEqual([
    port,
    { path: 'sites[0]', message },
  ]);
  expect(errorOf(() => createCounterWorkers({ options: { port: -1, sites } })).problems).toEqual([
    { ...port, path: 'options.port' },
    { path: 'options.sites[0]', message },
  ]);
  const redis = { url: 'nonsense', name: 'ä' };
  expect(errorOf(() => createCounterWorkers({ redis })).problems.map(({ path }) => path)).toEqual([
    'redis.url',
    'redis.name',
  ]);
});
