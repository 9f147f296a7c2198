import { CodedError } from '../coded-error.ts';
import { explainError, type Sources } from './explain-error.ts';
import type { Output } from './output.ts';
import { UsageError } from './read-settings.ts';
import type { LogFormat } from './settings.ts';

/** What every command knows of its command line. */
export interface BasicCommand {
  ask: 'run' | 'help' | 'version';
  log: LogFormat;
  sources: Sources;
}

export interface Program<Command extends BasicCommand, Log extends { error(text: string): void }> {
  /** May throw a {@link UsageError}. */
  read: (args: readonly string[], environment: Record<string, string | undefined>) => Command;
  helpText: () => string;
  version: () => string;
  /** How to create the log, by its format: where lines go, and where errors go if that is elsewhere. */
  logs: Record<LogFormat, (out: Output, errors: Output) => Log>;
  /** Runs until everything is started. A {@link CodedError} that it rejects with is explained in the user's words. */
  start: (command: Command, log: Log) => Promise<void>;
}

/** Runs the command line of this process. Mistakes are one line of the log and the exit code 1. */
export async function runCommand<Command extends BasicCommand, Log extends { error(text: string): void }>(
  program: Program<Command, Log>,
): Promise<void> {
  // A log that nobody reads any more (a closed pipe) must not end the server.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});

  const createLog = (format: LogFormat): Log => program.logs[format](process.stdout, process.stderr);
  let command: Command;
  try {
    command = program.read(process.argv.slice(2), process.env);
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
    // A signal came while the port was being opened: that is an end, and no mistake.
    if (error.code === 'closed') return;
    fail(log, explainError(error as CodedError<string>, command.sources));
  }
}

/** Ends this process on SIGTERM and SIGINT, once `close` is done. */
export function endOnSignals(close: () => Promise<void>): void {
  let ending = false;
  const end = (): void => {
    // Whoever asks a second time does not want to wait.
    if (ending) process.exit(0);
    ending = true;
    void close().then(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

function fail(log: { error(text: string): void }, message: string): void {
  log.error(message);
  process.exitCode = 1;
}
