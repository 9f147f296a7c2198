import type { FeedbackLoops, LoopDecision, NamedFile } from './feedback-loops.ts';
import { HeldChanges } from './held-changes.ts';
import type { Clock, FileChange } from './ports.ts';

export interface LoopFilterOptions {
  loops: FeedbackLoops;
  clock: Clock;
  /** The path of a file in its root, with slashes. */
  nameOf: (path: string) => string;
  /** Whether a change is no answer to a request, whenever it comes. */
  isExempt: (change: FileChange) => boolean;
  /** Gets what is no loop, at once or later. */
  onChanges: (changes: FileChange[]) => void;
  onWarning: (text: string) => void;
}

/** More files than this at once are written by a build or a switch of branches, and are no answer. */
const MAX_ANSWER_FILES = 50;
/** How often it is checked whether requests have ended, in ms. */
const CHECK_MS = 250;
/** How long a change is held at most, in ms. */
const MAX_HELD_MS = 10_000;

/**
 * Keeps changes that answer reloads from commands and pages. A change that may be one is held until no page loads: if the file
 * changes meanwhile, a person saves it, and all its changes are published at once. [R11]
 */
export class LoopFilter {
  readonly #options: LoopFilterOptions;
  readonly #held = new HeldChanges();
  readonly #warned = new Set<string>();
  #heldSinceMs = 0;
  /** Since when no request has been answered. */
  #quietSinceMs: number | undefined;
  #cancelCheck: (() => void) | undefined;
  #isClosed = false;

  constructor(options: LoopFilterOptions) {
    this.#options = options;
  }

  handle(changes: readonly FileChange[]): void {
    if (this.#isClosed) return;
    const { isExempt, onChanges } = this.#options;
    const isMany = changes.length > MAX_ANSWER_FILES;
    const passed = new HeldChanges();
    let isHeld = false;
    for (const change of changes) {
      const decision = isExempt(change) ? 'publish' : this.#decide(change, isMany);
      if (decision === 'hold') {
        this.#held.add([change]);
        isHeld = true;
      } else if (decision !== 'skip') {
        passed.add(decision === 'release' ? this.#held.take() : this.#held.takeOf(change.path));
        passed.add([change]);
      }
    }
    if (isHeld) this.#check();
    const rest = passed.take();
    // The digest of the files is part of what is held.
    if (rest.length > 0 || !isHeld) onChanges(rest);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelCheck?.();
  }

  #decide({ path, kind }: FileChange, isMany: boolean): Exclude<LoopDecision, { glob: string }> {
    const { loops, nameOf, onWarning } = this.#options;
    const file: NamedFile = { name: nameOf(path), kind };
    if (isMany) return loops.isSetAside(file.name) ? 'skip' : 'publish';
    const decision = loops.recordChange(file);
    if (typeof decision === 'string') return decision;
    const { glob } = decision;
    if (!this.#warned.has(glob)) onWarning(describeLoop(file.name, glob));
    this.#warned.add(glob);
    return 'skip';
  }

  /** Publishes what is held once no request has been answered for a while. */
  #check(): void {
    if (this.#cancelCheck) return;
    const { clock, loops } = this.#options;
    this.#heldSinceMs = clock.now();
    this.#quietSinceMs = undefined;
    const check = (): void => {
      const nowMs = clock.now();
      if (loops.isAnswering()) this.#quietSinceMs = undefined;
      else this.#quietSinceMs ??= nowMs;
      const isQuiet = this.#quietSinceMs !== undefined && nowMs - this.#quietSinceMs >= loops.pauseMs();
      const isOver = this.#held.isEmpty || isQuiet || nowMs - this.#heldSinceMs >= MAX_HELD_MS;
      this.#cancelCheck = isOver ? undefined : clock.schedule(check, CHECK_MS);
      if (!isOver) return;
      loops.endTrials();
      const changes = this.#held.take();
      if (changes.length > 0) this.#options.onChanges(changes);
    };
    this.#cancelCheck = clock.schedule(check, CHECK_MS);
  }
}

function describeLoop(name: string, glob: string): string {
  return `${name} changes whenever a page is loaded: such changes cause no more updates; to ignore it always, start with --ignore '${glob}'`;
}
