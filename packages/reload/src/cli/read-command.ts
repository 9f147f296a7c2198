import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '@live-online/internal/command-line/read-settings';
import { isRecord } from '@live-online/internal/records';
import { describeMissing } from '../errors.ts';
import { readConfigFile, type ConfigFile } from './config-file.ts';
import { readCommandLine, type Command } from './read-command-line.ts';

/**
 * Reads the command line, the environment and the config file. A flag overrides its variable, which overrides the file.
 *
 * @throws UsageError
 */
export async function readCommand(
  args: readonly string[],
  environment: Record<string, string | undefined>,
  cwd: string,
): Promise<Command> {
  const command = readCommandLine(args, environment);
  if (command.ask !== 'run' || command.task === 'init') return command;
  const file = await readConfigFile(cwd, command.configFile);
  if (file) return withFile(command, file, cwd);
  const { folder, proxy, watch, exec } = command.options;
  if ([folder, proxy, watch, exec].every((option) => option === undefined)) throw new UsageError(NOTHING);
  return command;
}

const NOTHING =
  'nothing to watch: name a folder to serve, or paths to watch, such as "live-online-reload public"; "live-online-reload init" creates a config file for your project';

function withFile(command: Command, { path, name, values }: ConfigFile, cwd: string): Command {
  const { open, log, ...options } = values;
  if (open !== undefined && typeof open !== 'boolean' && typeof open !== 'string')
    throw new UsageError(`${name}: open must be true, false, or the name of a browser`);
  if (log !== undefined && log !== 'pretty' && log !== 'json') {
    throw new UsageError(`${name}: log must be pretty or json`);
  }
  const sources = new Map(command.sources);
  for (const [key, value] of Object.entries(options)) {
    if (key in command.options) continue;
    sources.set(key, `${name}: ${key}`);
    if (key === 'watch') checkPaths(`${name}: ${key}`, value, cwd);
    if (key === 'folder') checkPaths(`${name}: ${key}`, value, cwd, firstCommand(options['exec']));
  }
  return {
    ...command,
    configFile: path,
    options: { ...options, ...command.options },
    open: command.open ?? open,
    log: command.isLogGiven ? command.log : (log ?? command.log),
    sources,
  };
}

/** The error of a path that does not exist names the file and the key. Globs are left to the validation. */
function checkPaths(source: string, value: unknown, cwd: string, command?: string): void {
  for (const path of [value].flat()) {
    if (typeof path !== 'string' || path === '' || /[*?{}[\]!]/.test(path)) continue;
    if (!existsSync(resolve(cwd, path))) {
      throw new UsageError(`${source}: ${describeMissing(path, command)}`);
    }
  }
}

/** The command that may make a folder. Its config is not validated yet. */
function firstCommand(exec: unknown): string | undefined {
  const [first] = Array.isArray(exec) ? (exec as unknown[]) : [];
  return isRecord(first) && typeof first['command'] === 'string' ? first['command'] : undefined;
}
