import { CodedError } from '../coded-error.ts';
import { explainError, type Sources } from './explain-error.ts';
import type { Output } from './output.ts';
import { UsageError } from './read-settings.ts';
import type { LogFormat } from './settings.ts';

/** The part of a command line that every command has. */
export interface BasicCommand {
  ask: 'run' | 'help' | 'version';
  log: LogFormat;
  sources: Sources;
}

export interface Program<Command extends BasicCommand, Log extends { error(text: string): void }> {
  /** May throw a {@link UsageError}. */
  read: (
    args: readonly string[],
    environment: Record<string, string | undefined>,
  ) => Command | Promise<Command>;
  helpText: () => string;
  version: () => string;
  /** Creates the log, by its format. `out` is for lines, `errors` for errors if the format separates them. */
  logs: Record<LogFormat, (out: Output, errors: Output) => Log>;
  /** Resolves when everything is started. If it rejects with a {@link CodedError}, the log shows its text with flags. */
  start: (command: Command, log: Log) => Promise<void>;
}

/** Runs the command line of this process. A mistake becomes one line in the log, and exit code 1. */
export async function runCommand<Command extends BasicCommand, Log extends { error(text: string): void }>(
  program: Program<Command, Log>,
): Promise<void> {
  // A closed pipe must not end the server.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});

  const createLog = (format: LogFormat): Log => program.logs[format](process.stdout, process.stderr);
  let command: Command;
  try {
    command = await program.read(process.argv.slice(2), process.env);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return fail(createLog('pretty'), error.message);
  }
  if (command.ask === 'help') return void process.stdout.write(program.helpText());
  if (command.ask === 'version') return void process.stdout.write(`${program.version()}\n`);

  const log = createLog(command.log);
  try {
    await program.start(command, log);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    // A signal arrived while the port was being opened.
    if (error.code === 'closed') return;
    fail(log, explainError(error as CodedError<string>, command.sources));
  }
}

/**
 * Calls `close` on SIGTERM and SIGINT, then exits. A second signal exits at once.
 *
 * @param more other signals that end the process.
 */
export function endOnSignals(close: () => Promise<void>, more: readonly NodeJS.Signals[] = []): void {
  let ending = false;
  const end = (): void => {
    if (ending) process.exit(0);
    ending = true;
    void close().then(() => process.exit(0));
  };
  for (const signal of ['SIGTERM', 'SIGINT', ...more] as const) process.on(signal, end);
}

function fail(log: { error(text: string): void }, message: string): void {
  log.error(message);
  process.exitCode = 1;
}
