import type { ReloadServerOptions } from './options.ts';

/** The config of the command line: the options of a server, and what the command itself does. */
export interface ReloadConfig extends ReloadServerOptions {
  /** Whether to open the page in the browser. @default false */
  open?: boolean | string;
  /** The format of the output: text, or one JSON object per line. @default `pretty` */
  log?: 'pretty' | 'json';
}

/**
 * Returns a config unchanged. In `live-online-reload.config.mjs` it gives editors the types.
 *
 * @example
 * ```ts
 * import { defineConfig } from '@live-online/reload';
 *
 * export default defineConfig({
 *   folder: 'dist',
 *   exec: [{ command: 'npm run build', on: ['src/**'] }],
 * });
 * ```
 */
export function defineConfig(config: ReloadConfig): ReloadConfig {
  return config;
}
