import { parseArgs } from 'node:util';
import { closestWord } from '../closest-word.ts';
import { readList, splitAtCommas, type Setting } from './settings.ts';

/** The flags, variables and arguments of a command. */
export interface CommandSyntax<Values extends object> {
  settings: readonly Setting<Values>[];
  /** The prefix of environment variables, such as `LIVE_ONLINE_`. */
  variablePrefix: string;
  /** Whether the command takes arguments beside flags. @default false */
  acceptsArguments?: boolean;
}

/** The settings from command line and environment. */
export interface ReadSettings<Values extends object> {
  ask: 'run' | 'help' | 'version';
  /** The values by their options. They are not validated. */
  values: Partial<Values>;
  /** The flag or variable of each option, such as `--port` or `LIVE_ONLINE_PORT`; the flag for those without a value. */
  sources: Map<string, string>;
  /** The flags with values, in their order on the command line. */
  order: { flag: string; text: string }[];
  /** Arguments beside flags. */
  rest: string[];
}

/** A mistake on the command line. The message says what to do about it. */
export class UsageError extends Error {}

/** The used part of a token of `parseArgs`. */
type Token =
  | { kind: 'option'; name: string; value?: string | undefined }
  | { kind: 'positional' | 'option-terminator' };

type Given = string | string[] | boolean;

/**
 * Reads flags and environment variables. A flag overrides its variable.
 *
 * @throws UsageError
 */
export function readSettings<Values extends object>(
  syntax: CommandSyntax<Values>,
  args: readonly string[],
  environment: Record<string, string | undefined>,
): ReadSettings<Values> {
  const { values: flags, positionals: rest, tokens } = parseFlags(syntax, args);
  const values: Record<string, unknown> = {};
  const sources = new Map<string, string>();
  // `--help` works even if other settings are wrong.
  const ask = flags['help'] ? 'help' : flags['version'] ? 'version' : 'run';
  for (const setting of ask === 'run' ? syntax.settings : []) {
    const variable = variableOf(syntax, setting);
    const flagged = flags[setting.flag];
    const given = flagged ?? (environment[variable]?.trim() || undefined);
    // A missing value can be a mistake, too. The error then names the flag.
    const source = flagged === undefined && given !== undefined ? variable : `--${setting.flag}`;
    sources.set(setting.option, source);
    if (given !== undefined) values[setting.option] = readValue(setting, given, source);
  }
  const order = tokens.flatMap((token) =>
    token.kind === 'option' && token.value !== undefined ? [{ flag: token.name, text: token.value }] : [],
  );
  return { ask, values: values as Partial<Values>, sources, order, rest };
}

/** The environment variable of a setting. */
export function variableOf(
  { variablePrefix }: Pick<CommandSyntax<object>, 'variablePrefix'>,
  { flag }: Pick<Setting, 'flag'>,
): string {
  return variablePrefix + flag.toUpperCase().replaceAll('-', '_');
}

function readValue(setting: Omit<Setting, 'option'>, given: Given, source: string): unknown {
  if (setting.value === undefined) return readSwitch(setting.sets ?? true, given, source);
  if (setting.many !== undefined) {
    const texts = readMany(setting.many, given);
    return setting.combine ? setting.combine(texts, source) : texts;
  }
  const text = String(given);
  const asSwitch = setting.optional && SWITCHED[text.toLowerCase()];
  if (asSwitch !== undefined) return asSwitch;
  if (setting.oneOf?.includes(text) === false) {
    throw new UsageError(`${source} must be ${setting.oneOf.join(' or ')}, not "${text}"`);
  }
  return setting.read ? setting.read(text) : text;
}

/** The texts that turn a setting with an optional value on and off. */
const SWITCHED: Readonly<Record<string, boolean>> = {
  '': true,
  '1': true,
  true: true,
  '0': false,
  false: false,
};

function readMany(many: 'values' | 'lists' | 'texts', given: Given): string[] {
  if (many === 'lists') return [given].flat().flatMap((text) => readList(String(text)));
  if (many === 'texts') return [given].flat().map(String);
  return Array.isArray(given) ? given : splitAtCommas(String(given));
}

function readSwitch(sets: boolean, given: Given, source: string): boolean {
  if (given === true || given === '1' || given === 'true') return sets;
  if (given === '0' || given === 'false') return !sets;
  throw new UsageError(`${source} must be true or false, not "${String(given)}"`);
}

function parseFlags<Values extends object>(
  { settings, acceptsArguments = false }: CommandSyntax<Values>,
  args: readonly string[],
): { values: Record<string, Given | undefined>; positionals: string[]; tokens: Token[] } {
  const known = Object.fromEntries(
    settings.map(({ flag, value, many }) => [
      flag,
      value === undefined
        ? { type: 'boolean' as const }
        : { type: 'string' as const, multiple: many !== undefined },
    ]),
  );
  try {
    return parseArgs({
      args: joinOptionalValues(settings, args),
      allowPositionals: acceptsArguments,
      tokens: true,
      options: {
        ...known,
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
  } catch (error) {
    const problem = describeMistake(settings, error as Error);
    throw new UsageError(`${problem}${problem.endsWith('?') ? '' : ';'} --help lists all options`);
  }
}

function describeMistake(settings: readonly Omit<Setting, 'option'>[], { message }: Error): string {
  const flag = /--([\w-]+)/.exec(message)?.[1];
  const setting = settings.find((one) => one.flag === flag);
  // parseArgs calls a value that begins with "-" ambiguous.
  if (setting?.value !== undefined) return `--${flag} requires a value: --${flag}=${setting.value}`;
  // Only the first sentence of its message is about this command line.
  const [problem] = message.split(/\.\s/, 1);
  const flags = ['help', 'version', ...settings.map((one) => one.flag)];
  const meant = setting || flag === undefined ? undefined : closestWord(flag, flags);
  return meant === undefined || meant === flag ? problem! : `${problem}: did you mean --${meant}?`;
}

/** Joins flags with their optional values, because `parseArgs` knows only flags that always or never have one. */
function joinOptionalValues(settings: readonly Omit<Setting, 'option'>[], args: readonly string[]): string[] {
  const joined: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!;
    if (arg === '--') return [...joined, ...args.slice(index)];
    const optional = settings.find(({ flag }) => arg === `--${flag}`)?.optional;
    if (!optional) joined.push(arg);
    else if (optional.test(args[index + 1] ?? '')) joined.push(`${arg}=${args[++index]!}`);
    else joined.push(`${arg}=`);
  }
  return joined;
}
