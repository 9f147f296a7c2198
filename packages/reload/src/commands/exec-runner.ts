import { statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { CommandTriggers } from '../core/command-triggers.ts';
import type { FileChange } from '../core/ports.ts';
import {
  describeFailure,
  GRACE_MS,
  startCommand,
  type CommandContext,
  type RunningCommand,
} from './command-context.ts';
import { HeldChanges } from '../core/held-changes.ts';

/** A command of `exec`, with its globs resolved. */
export interface ExecCommand {
  command: string;
  /** Whether it runs when this file changes. */
  matches: (path: string) => boolean;
  /** Whether the user named the files. */
  explicit: boolean;
}

export interface ExecRunnerOptions extends CommandContext {
  commands: readonly ExecCommand[];
  /** The path of a file as messages show it. */
  nameOf: (path: string) => string;
  /** Whether no watched file is changing. */
  isSettled: () => boolean;
  publish: (changes: FileChange[]) => void;
}

interface Entry extends ExecCommand {
  triggers: CommandTriggers;
  isPending: boolean;
  /** Whether it runs once more after the current run. */
  runsAgain: boolean;
  hasFailed: boolean;
}

/** Between the end of a command and the last events of its files. */
const SETTLE_MS = 50;
const SETTLE_POLL_MS = 10;
const MAX_SETTLE_MS = 5_000;
/** The times of files may be older than the clock by this much. */
const FILE_TIME_SLACK_MS = 20;

/**
 * Runs commands when files change, one at a time. A change that concerns the running command ends it and runs it again. Changes
 * are held while commands run, and are published together once all have succeeded. [R9]
 */
export class ExecRunner {
  readonly #options: ExecRunnerOptions;
  readonly #entries: Entry[];
  readonly #held = new HeldChanges();
  #current: { entry: Entry; process: RunningCommand } | undefined;
  /** The time of the current run, or of the last one. */
  #span = { startMs: Infinity, endMs: -Infinity };
  #working: Promise<void> | undefined;
  #closed = false;

  constructor(options: ExecRunnerOptions) {
    const { commands, nameOf, onWarning } = options;
    this.#options = options;
    this.#entries = commands.map((command) => ({
      ...command,
      isPending: false,
      runsAgain: false,
      hasFailed: false,
      triggers: new CommandTriggers({
        ...command,
        onLoop: (path) =>
          onWarning(
            `${nameOf(path)} changes with each run of "${command.command}": exclude it with --on '!${nameOf(path)}'`,
          ),
      }),
    }));
  }

  /** Decides about changed files, and publishes them now or after the commands. */
  handle(changes: FileChange[]): void {
    if (this.#closed) return;
    for (const change of changes) {
      const duringRun = this.isFromRun(change);
      for (const entry of this.#entries) {
        const decision = entry.triggers.decide(change, duringRun);
        if (decision === 'run') this.#request(entry);
        else if (decision === 'run-after') this.#requestLater(entry);
      }
    }
    const isPending = this.#entries.some((entry) => entry.isPending);
    if (!isPending && !this.#working) return this.#options.publish(changes);
    this.#held.add(changes);
    this.#working ??= this.#work();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#current?.process.end(GRACE_MS.close);
    await this.#working;
  }

  /** Whether the current or last run may have written a file. */
  isFromRun({ path, kind }: FileChange): boolean {
    if (kind === 'removed') return this.#working !== undefined;
    const writtenMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    const { startMs, endMs } = this.#span;
    const lastMs = this.#current ? Infinity : endMs + FILE_TIME_SLACK_MS;
    return writtenMs >= startMs - FILE_TIME_SLACK_MS && writtenMs <= lastMs;
  }

  #request(entry: Entry): void {
    entry.isPending = true;
    if (this.#current?.entry === entry) void this.#current.process.end(GRACE_MS.newerChange);
  }

  #requestLater(entry: Entry): void {
    if (this.#current?.entry === entry) entry.runsAgain = true;
    else entry.isPending = true;
  }

  async #work(): Promise<void> {
    // Other changes of the same batch may concern an earlier command.
    await Promise.resolve();
    let next: Entry | undefined;
    while (!this.#closed && (next = this.#entries.find(({ isPending }) => isPending))) {
      await this.#run(next);
      await this.#settle();
    }
    this.#working = undefined;
    if (this.#closed || this.#entries.some(({ hasFailed }) => hasFailed)) return;
    const changes = this.#held.take();
    if (changes.length > 0) this.#options.publish(changes);
  }

  async #run(entry: Entry): Promise<void> {
    const { overlay, isShown, onReport } = this.#options;
    const { command } = entry;
    entry.isPending = false;
    entry.runsAgain = false;
    const startedMs = performance.now();
    this.#span = { startMs: Date.now(), endMs: Infinity };
    onReport({ command, state: 'started' });
    const process = startCommand(command, this.#options);
    this.#current = { entry, process };
    const exit = await process.exited;
    // Processes that a newer change is ending.
    if (entry.isPending) await process.end(GRACE_MS.newerChange);
    this.#current = undefined;
    this.#span.endMs = Date.now();
    if (this.#closed) return;
    const durationMs = Math.round(performance.now() - startedMs);
    // A newer change came: its run decides.
    if (entry.isPending) return onReport({ command, state: 'superseded', durationMs });
    entry.isPending = entry.runsAgain;
    entry.runsAgain = false;
    entry.hasFailed = exit.code !== 0;
    if (entry.hasFailed) {
      overlay.set(entry, describeFailure(command, exit, process.text(), isShown));
      onReport({ command, state: 'failed', durationMs, ...exit });
    } else {
      overlay.clear(entry);
      onReport({ command, state: 'succeeded', durationMs });
    }
  }

  /** Waits for the last changes of the command that has ended. */
  async #settle(): Promise<void> {
    if (this.#closed) return;
    const deadlineMs = performance.now() + MAX_SETTLE_MS;
    await delay(SETTLE_MS);
    while (!this.#closed && !this.#options.isSettled() && performance.now() < deadlineMs)
      await delay(SETTLE_POLL_MS);
  }
}
