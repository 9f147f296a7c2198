import { Assembly } from './assembly.ts';
import { DEADLINES, type Deadlines } from './http/own-server.ts';
import type { ReloadServerOptions } from './options/options.ts';
import { resolveOptions } from './options/resolve-options.ts';
import type { ReloadServer } from './reload-server.ts';

/**
 * Creates a reload server. It opens no port and watches no file before `listen()`, `middleware()` or `ready()`.
 *
 * @throws ReloadServerError `options-invalid` with all mistakes; `folder-missing`
 * @example
 * ```ts
 * import { createReloadServer } from '@live-online/reload';
 *
 * const reload = createReloadServer({ folder: 'content', port: 3000 });
 * reload.on('update', ({ files }) => console.log(`changed: ${files.join(', ')}`));
 * const { url } = await reload.listen();
 * console.log(`serving at ${url}`);
 * ```
 */
export function createReloadServer(options: ReloadServerOptions): ReloadServer {
  return assembleReloadServer(options, DEADLINES);
}

/** For tests, with shorter deadlines. */
export function assembleReloadServer(
  options: ReloadServerOptions,
  deadlines: Readonly<Deadlines>,
): ReloadServer {
  return new Assembly(resolveOptions(options), deadlines);
}
