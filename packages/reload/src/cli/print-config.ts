import { resolveOptions } from '../options/resolve-options.ts';
import type { Command } from './read-command-line.ts';

/**
 * The text of `--print-config`: the options that are set, and where each one is set.
 *
 * @throws ReloadServerError if they are invalid
 */
export function printConfig({ options, open, log, configFile, sources }: Command): string {
  resolveOptions(options);
  const set = { ...options, ...(open !== undefined && { open }), log };
  const from = Object.fromEntries(
    Object.keys(options).map((option) => [option, (sources.get(option) ?? option).replace(/: \w+$/, '')]),
  );
  return `${JSON.stringify({ ...(configFile !== undefined && { file: configFile }), options: set, from }, undefined, 2)}\n`;
}
