import { readSettings, UsageError } from '@live-online/internal/command-line/read-settings';
import type { BasicCommand } from '@live-online/internal/command-line/run-command';
import type { ReloadServerOptions } from '../options/options.ts';
import { syntax } from './settings.ts';
import { restoreWatchArguments } from './watch-patterns.ts';

/** The command line and the environment. */
export interface Command extends BasicCommand {
  options: ReloadServerOptions;
  open: boolean;
}

/**
 * Reads the folder, the flags and the environment. `resolveOptions` validates the values.
 *
 * @throws UsageError
 */
export function readCommandLine(
  args: readonly string[],
  environment: Record<string, string | undefined>,
): Command {
  const { ask, values, sources, rest: given } = readSettings(syntax, args, environment);
  const {
    open = false,
    log = 'pretty',
    watch: patterns,
    'https.key': key,
    'https.cert': cert,
    ...others
  } = values;
  const { watch, rest } = restoreWatchArguments(args, { watch: patterns, rest: given });
  const options = { ...others, ...(watch && { watch }), ...keyPairOf(key, cert) };
  const [folder, ...more] = rest;
  if (ask === 'run' && more.length > 0) {
    throw new UsageError(
      `only one folder can be served, not ${rest.length}: watch the others with --watch ${more.join(',')}`,
    );
  }
  sources.set('folder', 'the folder');
  return { ask, options: { ...(folder !== undefined && { folder }), ...options }, open, log, sources };
}

/** The key and the certificate of the user. */
function keyPairOf(
  key: string | undefined,
  cert: string | undefined,
): { https?: { key: string; cert: string } } {
  if (key !== undefined && cert !== undefined) return { https: { key, cert } };
  if (key === undefined && cert === undefined) return {};
  throw new UsageError('--https-key and --https-cert belong together: a certificate needs its key');
}
