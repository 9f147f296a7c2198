import { classifyFile } from './classify-change.ts';
import type { FileChange } from './ports.ts';

/**
 * What a changed file means for a command:
 * - `run`: the command runs now; if it already runs, it is ended first
 * - `run-after`: the command runs once more after the current run
 * - `output`: the command itself has written the file
 * - `unrelated`: the command does not depend on the file
 */
export type TriggerDecision = 'run' | 'run-after' | 'output' | 'unrelated';

export interface CommandTriggersOptions {
  /** Whether the command runs when this file changes. */
  matches: (path: string) => boolean;
  /** Whether the user named the files. If not, a change during a run may be the output of the command. */
  explicit: boolean;
  /** Called once for each file that the command writes again and again, although its changes run the command. */
  onLoop: (path: string) => void;
}

/** A file that has interrupted so many runs in a row is written by the command itself. */
const MAX_INTERRUPTIONS = 20;

/** Decides which changed files run a command, and which ones are its output. [R9] */
export class CommandTriggers {
  readonly #options: CommandTriggersOptions;
  /** Files that have changed while the command did not run. */
  readonly #sources = new Set<string>();
  /** Files that have only changed during runs so far. */
  readonly #duringRuns = new Set<string>();
  readonly #interruptions = new Map<string, number>();

  constructor(options: CommandTriggersOptions) {
    this.#options = options;
  }

  /** @param duringRun whether the file was written while the command ran */
  decide({ path, kind }: Pick<FileChange, 'path' | 'kind'>, duringRun: boolean): TriggerDecision {
    const { matches, explicit } = this.#options;
    if (!matches(path)) return 'unrelated';
    if (!duringRun) {
      this.#sources.add(path);
      this.#interruptions.delete(path);
      return 'run';
    }
    if (explicit || this.#sources.has(path) || isSource(path)) return this.#interrupt(path);
    // A build creates and deletes files. One that existed may have been saved by the user.
    if (kind !== 'changed' || this.#duringRuns.has(path)) return 'output';
    this.#duringRuns.add(path);
    return 'run-after';
  }

  #interrupt(path: string): TriggerDecision {
    const count = (this.#interruptions.get(path) ?? 0) + 1;
    this.#interruptions.set(path, count);
    if (count <= MAX_INTERRUPTIONS) return 'run';
    if (count === MAX_INTERRUPTIONS + 1) this.#options.onLoop(path);
    return 'output';
  }
}

/** A source map has the class of a source, but builds write it. */
function isSource(path: string): boolean {
  return classifyFile(path) === 'source' && !path.endsWith('.map');
}
