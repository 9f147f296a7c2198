import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { detectConfig } from '../../src/cli/init/detect-config.ts';
import { initProject } from '../../src/cli/init/init.ts';
import { readProject } from '../../src/cli/init/project.ts';
import { readCommand } from '../../src/cli/read-command.ts';
import { resolveOptions } from '../../src/options/resolve-options.ts';
import { makeFolder } from '../helpers/reload-server.ts';

/** A project with these files; folders exist if one of their files does. */
function detect(files: Record<string, string>) {
  const paths = Object.keys(files);
  const clean = (path: string): string => path.replace(/^\.\//, '');
  return detectConfig(
    readProject({
      has: (path) => paths.some((one) => one === clean(path) || one.startsWith(`${clean(path)}/`)),
      read: (path) => files[clean(path)],
    }),
  ).config;
}

const dependsOn = (name: string, more: object = {}): string =>
  JSON.stringify({ dependencies: { [name]: '1' }, ...more });

describe('init', () => {
  it.each<[string, Record<string, string>, object]>([
    [
      'Express with its port',
      { 'package.json': dependsOn('express'), 'server.js': 'app.listen(process.env.PORT || 4000)' },
      { proxy: 'http://localhost:4000', watch: ['.'], serveCommand: 'node server.js' },
    ],
    [
      'Fastify in src, with pnpm and a start script',
      {
        'package.json': dependsOn('fastify', { scripts: { start: 'node src/server.js' } }),
        'pnpm-lock.yaml': '',
        'src/server.js': 'await app.listen({ port: 3456 })',
      },
      { proxy: 'http://localhost:3456', watch: ['src'], serveCommand: 'pnpm start' },
    ],
    [
      'Django',
      { 'manage.py': '' },
      { proxy: 'http://localhost:8000', watch: ['.'], serveCommand: expect.stringContaining('manage.py') },
    ],
    [
      'Flask',
      { 'app.py': 'from flask import Flask' },
      { proxy: 'http://localhost:5000', watch: ['.'], serveCommand: 'flask run --port 5000' },
    ],
    [
      'Laravel',
      { artisan: '', 'app/a.php': '', 'routes/web.php': '' },
      {
        proxy: 'http://localhost:8000',
        watch: ['app', 'routes'],
        serveCommand: 'php artisan serve --port=8000',
      },
    ],
    [
      'Go',
      { 'go.mod': '', 'main.go': 'http.ListenAndServe(":9000", nil)' },
      { proxy: 'http://localhost:9000', watch: ['.'], serveCommand: 'go run .' },
    ],
    [
      'WordPress',
      { 'wp-config.php': '', 'wp-content/themes/a/style.css': '' },
      { proxy: 'http://localhost:80', watch: ['wp-content/themes'] },
    ],
    [
      'Hugo',
      { 'hugo.toml': '', 'content/a.md': '' },
      { folder: 'public', exec: [{ command: 'hugo', on: ['content/**', 'hugo.toml'] }] },
    ],
    [
      'Eleventy',
      { 'package.json': dependsOn('@11ty/eleventy') },
      { folder: '_site', exec: [{ command: 'npx @11ty/eleventy', on: ['**', '!_site/**'] }] },
    ],
    [
      'Eleventy with its output folder',
      {
        'package.json': dependsOn('@11ty/eleventy'),
        'eleventy.config.js': 'export default () => ({ dir: { input: "src", output: "./public/" } })',
      },
      { folder: 'public', exec: [{ command: 'npx @11ty/eleventy', on: ['**', '!public/**'] }] },
    ],
    [
      'Vite with its output folder',
      {
        'package.json': dependsOn('vite', { scripts: { build: 'vite build' } }),
        'vite.config.ts': "export default { build: { outDir: 'build/web' } }",
        'src/a.ts': '',
      },
      { folder: 'build/web', exec: [{ command: 'npm run build', on: ['src/**'] }] },
    ],
    [
      'Vite with a build script',
      {
        'package.json': dependsOn('vite', { scripts: { build: 'vite build' } }),
        'src/a.ts': '',
        'index.html': '',
      },
      { folder: 'dist', exec: [{ command: 'npm run build', on: ['src/**', 'index.html'] }] },
    ],
    [
      'PHP',
      { 'public/index.php': '' },
      { proxy: 'http://localhost:8000', watch: ['.'], serveCommand: 'php -S localhost:8000 -t public' },
    ],
    ['static files', { 'public/index.html': '' }, { folder: 'public' }],
    ['an invalid package.json', { 'package.json': '{', 'index.html': '' }, { folder: '.' }],
    ['nothing', {}, { folder: '.' }],
  ])('[R12] finds %s', (_name, files, config) => {
    expect(detect(files)).toEqual(config);
  });

  it('[R12] creates a file that the tool reads, and says how to start it', async () => {
    const { folder } = makeFolder({
      'package.json': dependsOn('vite', { scripts: { build: "vite 'build'" } }),
      'src/a.js': '',
      'dist/index.html': '',
    });
    const { ok, text } = await initProject(folder);
    expect(ok).toBe(true);
    expect(text).toMatch(
      /Found vite.*\nCreated live-online-reload\.config\.mjs:[^]*Start the tool: npx @live-online\/reload\n/,
    );
    const { options } = await readCommand([], {}, folder);
    expect(options).toEqual({ folder: 'dist', exec: [{ command: 'npm run build', on: ['src/**'] }] });
    expect(resolveOptions({ ...options, folder: join(folder, 'dist'), exec: [] })).toBeDefined();
  });

  it.each(['live-online-reload.config.json', 'package.json'])(
    '[R12] overwrites no config in %s',
    async (name) => {
      const content = name === 'package.json' ? '{ "liveOnlineReload": {} }' : '{}';
      const { folder } = makeFolder({ [name]: content });
      expect(await initProject(folder)).toEqual({
        ok: false,
        text: expect.stringContaining('exists already'),
      });
      expect(readFileSync(join(folder, name), 'utf8')).toBe(content);
      expect(existsSync(join(folder, 'live-online-reload.config.mjs'))).toBe(false);
    },
  );
});
