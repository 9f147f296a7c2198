import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '@live-online/internal/command-line/read-settings';
import { printConfig } from '../../src/cli/print-config.ts';
import { readCommand } from '../../src/cli/read-command.ts';
import { makeFolder } from '../helpers/reload-server.ts';

const NAME = 'live-online-reload.config';

function project(files: Record<string, string>) {
  const { folder } = makeFolder({ 'site/index.html': '', 'src/a.ts': '', ...files });
  const read = (args: string[] = [], environment: Record<string, string> = {}) =>
    readCommand(args, environment, folder);
  return { folder, read };
}

describe('the config file', () => {
  it.each([
    [`${NAME}.mjs`, "export default { folder: 'site', port: 0 }"],
    [`${NAME}.js`, "module.exports = { folder: 'site', port: 0 }"],
    [`${NAME}.json`, '{ "folder": "site", "port": 0 }'],
    ['package.json', '{ "liveOnlineReload": { "folder": "site", "port": 0 } }'],
  ])('[R12] %s is read', async (name, text) => {
    const { read, folder } = project({ [name]: text });
    const { options, configFile } = await read();
    expect(options).toEqual({ folder: 'site', port: 0 });
    expect(configFile).toBe(join(folder, name));
  });

  it('[R12] without one, and with a package.json without the key, nothing changes', async () => {
    expect((await project({}).read(['site'])).options).toEqual({ folder: 'site' });
    const { options, configFile } = await project({ 'package.json': '{}' }).read(['site']);
    expect([options, configFile]).toEqual([{ folder: 'site' }, undefined]);
  });

  it('[R12] a flag overrides its variable, which overrides the file', async () => {
    const { read } = project({
      [`${NAME}.json`]:
        '{ "folder": "site", "port": 1, "spa": true, "debounceMs": 5, "open": true, "log": "json" }',
    });
    const { options, open, log } = await read(['src', '--port', '2', '--log', 'pretty'], {
      LIVE_ONLINE_RELOAD_PORT: '3',
      LIVE_ONLINE_RELOAD_DEBOUNCE: '7',
      LIVE_ONLINE_RELOAD_OPEN: '0',
    });
    expect(options).toEqual({ folder: 'src', port: 2, spa: true, debounceMs: 7 });
    expect([open, log]).toEqual([false, 'pretty']);
    expect(await read()).toMatchObject({ open: true, log: 'json' });
  });

  it('[R12] paths are relative to the file', async () => {
    const { read, folder } = project({
      'tools/reload.json':
        '{ "folder": "../site", "watch": ["../src"], "https": { "key": "a.pem", "cert": "b.pem" }, "exec": [{ "command": "c", "on": ["../src/**", "!../src/x"] }] }',
    });
    const { options } = await read(['--config', 'tools/reload.json']);
    expect(options).toEqual({
      folder: join(folder, 'site'),
      watch: [join(folder, 'src')],
      https: { key: join(folder, 'tools/a.pem'), cert: join(folder, 'tools/b.pem') },
      exec: [{ command: 'c', on: [`${folder}/src/**`, `!${folder}/src/x`] }],
    });
  });

  it('[R12] --print-config shows the options, and where each one is set', async () => {
    const { read, folder } = project({ [`${NAME}.json`]: '{ "spa": true, "exec": [{ "command": "c" }] }' });
    const command = await read([join(folder, 'site'), '--print-config', '--port', '0']);
    expect(command.task).toBe('print-config');
    expect(JSON.parse(printConfig(command))).toEqual({
      file: join(folder, `${NAME}.json`),
      options: { folder: join(folder, 'site'), port: 0, spa: true, exec: [{ command: 'c' }], log: 'pretty' },
      from: { folder: 'the folder', port: '--port', spa: `${NAME}.json`, exec: `${NAME}.json` },
    });
  });

  it('[R12] errors name the file and the key', async () => {
    const { read } = project({ [`${NAME}.json`]: '{ "port": "x", "prot": 1 }' });
    const { sources } = await read();
    expect(sources.get('port')).toBe(`${NAME}.json: port`);
    expect(sources.get('prot')).toBe(`${NAME}.json: prot`);
  });

  it.each<[Record<string, string>, string[], RegExp]>([
    [{ [`${NAME}.json`]: '{' }, [], /config\.json cannot be read: .*JSON/],
    [{ [`${NAME}.mjs`]: 'export default 5' }, [], /config\.mjs must export by default an object/],
    [{ [`${NAME}.mjs`]: 'export const config = {}' }, [], /config\.mjs must export by default an object/],
    [{}, [], /nothing to watch: .*live-online-reload public.*init/],
    [{ [`${NAME}.mjs`]: "throw new Error('mine')" }, [], /config\.mjs cannot be read: mine/],
    [
      { 'package.json': '{ "liveOnlineReload": 5 }' },
      [],
      /package\.json \(liveOnlineReload\) must contain an object/,
    ],
    [{ [`${NAME}.json`]: '{ "folder": "no" }' }, [], /config\.json: folder: no does not exist: create it/],
    [
      { [`${NAME}.json`]: '{ "folder": "no", "exec": [{ "command": "npm run build" }] }' },
      [],
      /folder: no does not exist: run "npm run build" first if it makes it, or choose/,
    ],
    [
      { [`${NAME}.json`]: '{ "open": 1 }' },
      [],
      /config\.json: open must be true, false, or the name of a browser/,
    ],
    [{ [`${NAME}.json`]: '{ "log": "x" }' }, [], /config\.json: log must be pretty or json/],
    [{}, ['--config', 'missing.mjs'], /missing\.mjs cannot be read: it does not exist/],
    [{}, ['init', 'x'], /init takes no arguments/],
  ])('[R12] %j with %j is a usage error', async (files, args, message) => {
    const { read } = project(files);
    const error: unknown = await read(args).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toMatch(message);
  });

  it('[R12] a TypeScript file is read where Node.js can, and names what to do where it cannot', async () => {
    const { read } = project({
      [`${NAME}.ts`]: "const folder: string = 'site';\nexport default { folder };",
    });
    const outcome = await read().then(
      ({ options }) => options.folder,
      (error: unknown) => String(error),
    );
    expect(outcome).toMatch(/^site$|no TypeScript: use live-online-reload\.config\.mjs$/);
  });
});
