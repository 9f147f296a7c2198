import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '@live-online/internal/command-line/read-settings';
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
  return file ? withFile(command, file, cwd) : command;
}

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
    if (key === 'folder' || key === 'watch') checkPaths(`${name}: ${key}`, value, cwd);
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
function checkPaths(source: string, value: unknown, cwd: string): void {
  for (const path of [value].flat()) {
    if (typeof path !== 'string' || path === '' || /[*?{}[\]!]/.test(path)) continue;
    if (!existsSync(resolve(cwd, path))) {
      throw new UsageError(`${source}: ${path} does not exist: create it, or choose another path`);
    }
  }
}
