import { parseArgs } from 'node:util';
import type { ReloadServerOptions } from '../options.ts';
import { settings, variableOf, type Setting } from './settings.ts';

/** What the command line and the environment ask for. */
export interface Command {
  ask: 'run' | 'help' | 'version';
  options: ReloadServerOptions;
  open: boolean;
  log: 'pretty' | 'json';
  /** Where each option came from, so that a mistake can be told in the user's words. */
  sources: Map<string, string>;
}

/** Something on the command line that cannot be understood; the message says what to do. */
export class UsageError extends Error {}

/**
 * Reads flags and environment. Flags go before variables; a value is checked where the options are.
 *
 * @throws UsageError
 */
export function readCommandLine(
  args: readonly string[],
  environment: Record<string, string | undefined>,
): Command {
  const { values: flags, positionals } = parseFlags(args);
  const command: Command = { ask: 'run', options: {}, open: false, log: 'pretty', sources: new Map() };
  // Whoever asks for help is not held up by what is wrong elsewhere.
  if (flags['help']) return { ...command, ask: 'help' };
  if (flags['version']) return { ...command, ask: 'version' };
  if (positionals.length > 1) {
    const others = positionals.slice(1).join(',');
    throw new UsageError(
      `one folder can be served, not ${positionals.length}; watch the others with --watch ${others}`,
    );
  }
  const options: Record<string, unknown> = positionals.length > 0 ? { folder: positionals[0] } : {};
  command.sources.set('folder', 'the folder');
  for (const setting of settings) {
    const variable = variableOf(setting);
    // What is left out may be a mistake, too.
    if (setting.option) command.sources.set(setting.option, `--${setting.flag}`);
    const flagged = flags[setting.flag] as string | string[] | boolean | undefined;
    const given = flagged ?? (environment[variable]?.trim() || undefined);
    if (given === undefined) continue;
    const source = flagged === undefined ? variable : `--${setting.flag}`;
    const value = readValue(setting, given, source);
    if (setting.option) {
      options[setting.option] = value;
      command.sources.set(setting.option, source);
    } else if (setting.flag === 'open') command.open = value === true;
    else if (value === 'pretty' || value === 'json') command.log = value;
    else throw new UsageError(`${source} must be pretty or json, not "${String(value)}"`);
  }
  return { ...command, options };
}

function readValue(setting: Setting, given: string | string[] | boolean, source: string): unknown {
  if (setting.value === undefined) return readSwitch(setting, given, source);
  if (setting.many) {
    const texts = Array.isArray(given) ? given : [String(given)];
    return texts.flatMap((text) => text.split(',').map((part) => part.trim())).filter((part) => part !== '');
  }
  return setting.read ? setting.read(given as string) : given;
}

function readSwitch({ sets = true }: Setting, given: string | string[] | boolean, source: string): boolean {
  if (given === true || given === '1' || given === 'true') return sets;
  if (given === '0' || given === 'false') return !sets;
  throw new UsageError(`${source} must be true or false, not "${String(given)}"`);
}

function parseFlags(args: readonly string[]): { values: Record<string, unknown>; positionals: string[] } {
  const known = Object.fromEntries(
    settings.map(({ flag, value, many }) => [
      flag,
      value === undefined
        ? { type: 'boolean' as const }
        : { type: 'string' as const, multiple: many ?? false },
    ]),
  );
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...known,
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
  } catch (error) {
    // parseArgs explains well; only its first sentence is about this command line.
    const [problem] = (error as Error).message.split(/\.\s/, 1);
    throw new UsageError(`${problem}; --help lists what there is`);
  }
}
