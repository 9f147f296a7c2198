import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../src/cli/read-command-line.ts';
import { createReloadServer } from '../../src/create-reload-server.ts';
import { portsOfBackends } from '../../src/options/backend-ports.ts';
import { resolveOptions } from '../../src/options/resolve-options.ts';
import { freePort } from '../../../../tests/helpers/free-port.ts';
import { makeFolder, startReload } from '../helpers/reload-server.ts';

describe('the port of a backend', () => {
  it.each([
    [{ proxy: 'http://localhost:8080' }, [8080]],
    [{ proxy: 'http://127.0.0.1:8080', host: '0.0.0.0' }, [8080]],
    [{ proxy: 'http://[::1]:8080', host: '::' }, [8080]],
    [{ proxy: 'http://localhost', routes: { '/api': 'https://localhost' } }, [80, 443]],
    [{ proxy: 'http://box.lan:8080' }, []],
    [{ proxy: 'http://localhost:8080', host: '192.0.2.7' }, []],
    [{}, []],
  ])('[R1] %j: the tool does not use %j', (options, ports) => {
    const { folder } = makeFolder();
    expect([...portsOfBackends(resolveOptions({ watch: [folder], ...options })).keys()]).toEqual(ports);
  });

  it('[R1] is in use for the tool, also before the backend listens', async () => {
    const port = await freePort();
    const proxy = `http://localhost:${port}`;
    const { port: own, folder } = await startReload({}, { proxy, port });
    expect(own).not.toBe(port);
    const strict = createReloadServer({ folder, proxy, port, strictPort: true });
    await expect(strict.listen()).rejects.toMatchObject({
      code: 'port-in-use',
      message: `port ${port} is the port of the backend ${proxy}: choose another port, or 0 for any free one`,
    });
    await strict.close();
  });
});

it('[R1] errors name parts of options as they were written', () => {
  const args = ['--route', '/api=http://localhost:1', '--header', 'X-Name: a'];
  const { sources } = readCommandLine(args, {});
  expect(sources.get('routes./api')).toBe('--route /api');
  expect(sources.get('headers.X-Name')).toBe('--header X-Name');
});

it.each([
  [{ prot: 1 }, 'prot is an unknown option: did you mean port?'],
  [{ exec: 'npm run build' }, 'exec must be a list of commands, such as [{ command: "npm run build" }]'],
  [{ exec: [{}] }, 'exec[0].command must be a command line'],
  [{ exec: [{ comand: 'a', command: 'b' }] }, 'exec[0].comand is an unknown option'],
  [
    { folder: 'no-such', exec: [{ command: 'make' }] },
    'no-such does not exist: run "make" first if it makes it',
  ],
  [{ exec: ['a'] }, 'exec[0] must be an object with a command'],
])('[R1] the options %j are a mistake', (options, message) => {
  const { folder } = makeFolder();
  expect(() => resolveOptions({ folder, ...options } as object)).toThrow(message);
});
