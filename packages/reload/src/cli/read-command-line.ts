import { readSettings, UsageError } from '@live-online/internal/command-line/read-settings';
import type { BasicCommand } from '@live-online/internal/command-line/run-command';
import type { ExecOption, ReloadServerOptions } from '../options/options.ts';
import { readList } from '@live-online/internal/command-line/settings';
import { syntax } from './settings.ts';

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
  const { ask, values, sources, order, rest } = readSettings(syntax, args, environment);
  const { open = false, log = 'pretty', exec, on, ...options } = values;
  const [folder, ...others] = rest;
  if (ask === 'run' && others.length > 0) {
    throw new UsageError(
      `only one folder can be served, not ${rest.length}: watch the others with --watch ${others.join(',')}`,
    );
  }
  const first = order.find(({ flag }) => flag === 'exec' || flag === 'on');
  if (ask === 'run' && first?.flag === 'on') {
    throw new UsageError('--on must follow the --exec that it belongs to');
  }
  sources.set('folder', 'the folder');
  return {
    ask,
    options: {
      ...(folder !== undefined && { folder }),
      ...options,
      ...(exec && { exec: joinCommands(exec, on, order) }),
    },
    open,
    log,
    sources,
  };
}

/** Gives each command the globs that follow it. Those of the environment are for its one command. */
function joinCommands(
  exec: readonly string[],
  on: readonly string[] | undefined,
  order: readonly { flag: string; text: string }[],
): ExecOption[] {
  const flags = order.filter(({ flag }) => flag === 'exec' || flag === 'on');
  const commands: ExecOption[] = [];
  for (const { flag, text } of flags) {
    const last = commands.at(-1);
    if (flag === 'exec') commands.push({ command: text });
    else if (last) last.on = [...(last.on ?? []), ...readList(text)];
  }
  if (commands.length > 0) return commands;
  return exec.map((command) => ({ command, ...(on && { on: [...on] }) }));
}
