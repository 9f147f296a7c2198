import { existsSync } from 'node:fs';
import { readSettings, UsageError } from '@live-online/internal/command-line/read-settings';
import type { BasicCommand } from '@live-online/internal/command-line/run-command';
import type { ExecOption, ReloadServerOptions } from '../options/options.ts';
import { readList } from '@live-online/internal/command-line/settings';
import { PAGE, syntax } from './settings.ts';
import { joinBraces, restoreWatchArguments } from './watch-patterns.ts';

/** What a user wants, by the command line, the environment and the config file. */
export interface Command extends BasicCommand {
  /** `init` creates a config file, `print-config` shows the config, `doctor` finds out why a save does nothing. */
  task: 'serve' | 'init' | 'print-config' | 'doctor';
  /** The config file: of a flag, or the one that was found. */
  configFile: string | undefined;
  options: ReloadServerOptions;
  /** `true`: the default browser; a text: another one; `undefined` if it is not given. */
  open: boolean | string | undefined;
  /** The path or the URL of the page that `--doctor` checks. */
  page: string | undefined;
  quiet: boolean;
  isLogGiven: boolean;
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
  const { ask, values, sources, order, rest: given } = readSettings(syntax, args, environment);
  const {
    open,
    log,
    exec,
    on,
    config,
    quiet = false,
    doctor = false,
    printConfig = false,
    watch: patterns,
    'https.key': key,
    'https.cert': cert,
    ...others
  } = values;
  const { watch, rest } = restoreWatchArguments(args, { watch: patterns, rest: given });
  const options = { ...others, ...(watch && { watch }), ...keyPairOf(key, cert) };
  const isInit = rest[0] === 'init';
  if (isInit && rest.length > 1)
    throw new UsageError('init takes no arguments: it looks at the current folder');
  const [page, [folder, ...more]] = readPage(doctor, isInit ? [] : rest, options);
  if (ask === 'run' && more.length > 0) {
    throw new UsageError(
      `only one folder can be served, not ${rest.length}: watch the others with --watch ${more.join(',')}`,
    );
  }
  const first = order.find(({ flag }) => flag === 'exec' || flag === 'on');
  if (ask === 'run' && first?.flag === 'on') {
    throw new UsageError('--on must follow the --exec that it belongs to');
  }
  sources.set('folder', 'the folder');
  nameParts(sources, options);
  return {
    ask,
    task: isInit ? 'init' : doctor !== false ? 'doctor' : printConfig ? 'print-config' : 'serve',
    configFile: config,
    page,
    options: {
      ...(folder !== undefined && { folder }),
      ...options,
      ...(exec && { exec: joinCommands(exec.map(requireCommand), on, order) }),
    },
    open,
    quiet,
    log: log ?? 'pretty',
    isLogGiven: log !== undefined,
    sources,
  };
}

/** The page of `--doctor`, and the folder. What follows the flag may be the absolute path of the folder. */
function readPage(
  doctor: boolean | string,
  rest: string[],
  { proxy }: ReloadServerOptions,
): [page: string | undefined, rest: string[]] {
  if (typeof doctor === 'boolean') return [undefined, rest];
  if (!PAGE.test(doctor))
    throw new UsageError(`--doctor must be the path of a page, such as /shop, or its URL, not "${doctor}"`);
  const isFolder = rest.length === 0 && proxy === undefined && doctor !== '/' && existsSync(doctor);
  return isFolder ? [undefined, [doctor]] : [doctor, rest];
}

function requireCommand(command: string): string {
  if (command.trim() === '')
    throw new UsageError('--exec requires a command, such as --exec "npm run build"');
  return command;
}

/** Names the parts of an option as a user has written them: `--route /api` instead of `--route./api`. */
function nameParts(
  sources: Map<string, string>,
  { routes = {}, headers = {} }: Pick<ReloadServerOptions, 'routes' | 'headers'>,
): void {
  for (const [option, names] of [
    ['routes', Object.keys(routes)],
    ['headers', Object.keys(headers)],
  ] as const)
    for (const name of names) sources.set(`${option}.${name}`, `${sources.get(option)} ${name}`);
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
    else if (last) last.on = [...(last.on ?? []), ...joinBraces(readList(text))];
  }
  if (commands.length > 0) return commands;
  return exec.map((command) => ({ command, ...(on && { on: joinBraces(on) }) }));
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
