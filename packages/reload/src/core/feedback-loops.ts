/**
 * Finds files that a backend or a page writes whenever a page is loaded: an update for such a file loads the page, which writes the
 * file again. [R11]
 */
import type { Clock } from './ports.ts';

/** A change, named by its path relative to its root, with slashes. */
export interface NamedFile {
  name: string;
  kind: 'added' | 'changed' | 'removed';
}

/** How long after a document was sent a change still counts as an answer to its request, in ms. */
const ANSWER_MS = 500;
/** A document that takes longer to be sent, such as a stream, no longer counts as being requested, in ms. */
const MAX_REQUEST_MS = 10_000;
/** The same if another server receives the request, so that it is only assumed, in ms. */
const MAX_ASSUMED_MS = 1_500;
/** How soon after an update a page requests its document again, in ms. */
const RELOAD_MS = 5_000;
/** Answers that are further apart are not in a row, in ms. */
const MAX_GAP_MS = 10_000;
/** An update of more files has no cause that is remembered. */
const MAX_CAUSES = 1_000;
/** How many answers in a row are counted at the same time. */
const MAX_STREAKS = 200;
/** How many answers in a row may be a loop if the first one answers a request that another file caused. */
const ANSWERS = 2;
/** The same if requests are only assumed, or if new files of one folder answer. */
const UNSURE_ANSWERS = 4;
/** The same if the file caused all of these requests itself: an editor that saves while a person types does that, too. */
const OWN_ANSWERS = 8;
/**
 * How many reloads, each sent after a pause in which the file has not changed, show a loop if the file answers all of them. A
 * person who saves quickly goes on saving in such a pause.
 */
const TRIALS = 3;
/** The pause before the first of them, in ms. Each one is twice as long as the one before, so that no regular saves fit. */
const FIRST_PAUSE_MS = 1_000;
/** How often a file that was set aside comes back. */
const MAX_RETURNS = 3;

/**
 * What a change is:
 * - `publish`: no loop, as far as is known
 * - `hold`: maybe a loop; it is published after a pause
 * - `release`: saved by a person, with all that is held
 * - `skip`: of a file that is set aside
 * - `glob`: names what is set aside from now on
 */
export type LoopDecision = 'publish' | 'hold' | 'release' | 'skip' | { glob: string };

/** A reload that was sent to pages, and the files that caused it. */
interface Reload {
  readonly atMs: number;
  readonly names: ReadonlySet<string>;
}

/** A request for a document. */
interface DocumentRequest {
  readonly startMs: number;
  endMs?: number;
  readonly reload: Reload | undefined;
  readonly isAssumed: boolean;
}

/** Answers of one file in a row. */
interface Streak {
  /** The last file. */
  name: string;
  /** Whether it was a new or a deleted one: its folder has changed. */
  isOfFolder: boolean;
  answered: Reload | undefined;
  lastMs: number;
  count: number;
  /** How many answers may be a loop. */
  needed: number;
  /** How many reloads after a pause it has been given. */
  trials: number;
  /** Whether its last change is held. */
  isHeld: boolean;
}

/** What is set aside: one file, or those of a folder with an extension. */
interface SetAside {
  glob: string;
  matches: (name: string) => boolean;
}

/** Separates what a person saves from what is written in answer to reloads. [R11] */
export class FeedbackLoops {
  readonly #clock: Pick<Clock, 'now'>;
  #setAside: SetAside[] = [];
  /** How often each of them has come back. */
  readonly #returns = new Map<string, number>();
  #lastReload: Reload | undefined;
  #requests: DocumentRequest[] = [];
  /** The time of the last request that was not for a document. */
  #lastOtherMs = -Infinity;
  #streaks: Streak[] = [];

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Records that pages of other servers request their documents now, because of the last update. */
  assumeRequest(): void {
    this.#addRequest(true);
  }

  /** Records that a page of another server has received its document. */
  endAssumedRequests(): void {
    const nowMs = this.#clock.now();
    for (const request of this.#requests) if (request.isAssumed) request.endMs ??= nowMs;
  }

  /** Records a request. Returns a function to call when its response has ended. */
  recordRequest(isDocument = true): () => void {
    if (!isDocument) {
      this.#recordOther();
      return () => this.#recordOther();
    }
    const request = this.#addRequest(false);
    return () => void (request.endMs ??= this.#clock.now());
  }

  #recordOther(): void {
    this.#lastOtherMs = this.#clock.now();
  }

  #addRequest(isAssumed: boolean): DocumentRequest {
    const nowMs = this.#clock.now();
    const last = this.#lastReload;
    const reload = last && nowMs - last.atMs <= RELOAD_MS ? last : undefined;
    const request: DocumentRequest = { startMs: nowMs, reload, isAssumed };
    this.#requests = this.#requests.filter((one) => isAnswered(one, nowMs));
    this.#requests.push(request);
    return request;
  }

  /** Records an update, and whether pages load again because of it. */
  recordUpdate(names: readonly string[], reloads: boolean): void {
    this.#lastReload = reloads
      ? { atMs: this.#clock.now(), names: new Set(names.length <= MAX_CAUSES ? names : []) }
      : undefined;
  }

  /** Whether a file is set aside: its changes cause no update. */
  isSetAside(name: string): boolean {
    return this.#setAside.some(({ matches }) => matches(name));
  }

  /** Whether a change that comes now answers the request of a document. */
  isAnswering(): boolean {
    const nowMs = this.#clock.now();
    return this.#requests.some((one) => isAnswered(one, nowMs));
  }

  /** How long no page may load before what is held is published, in ms: longer with each trial. */
  pauseMs(): number {
    const trials = this.#streaks.filter(({ isHeld }) => isHeld).map((streak) => streak.trials);
    return FIRST_PAUSE_MS * 2 ** (Math.max(1, ...trials) - 1);
  }

  /** Records that what was held is published now. */
  endTrials(): void {
    for (const streak of this.#streaks) streak.isHeld = false;
  }

  /** Records a change, and decides what it is. */
  recordChange({ name, kind }: NamedFile): LoopDecision {
    const nowMs = this.#clock.now();
    const request = this.#requests.filter((one) => isAnswered(one, nowMs)).at(-1);
    // A change that answers a script or an image of the page is no sign of a person.
    const isUnsure = !request && nowMs - this.#lastOtherMs <= ANSWER_MS;
    const excluded = this.#setAside.find(({ matches }) => matches(name));
    if (excluded) return request || isUnsure || !this.#bringBack(excluded, name) ? 'skip' : 'publish';
    const streak = this.#findStreak(name, kind, nowMs);
    if (!request) {
      if (isUnsure) return streak?.isHeld ? 'hold' : 'publish';
      if (streak && (streak.name === name || streak.isHeld)) this.#forget(streak);
      return streak?.isHeld ? 'release' : 'publish';
    }
    return streak?.isHeld ? 'hold' : this.#recordAnswer({ name, kind }, request, streak);
  }

  #findStreak(name: string, kind: NamedFile['kind'], nowMs: number): Streak | undefined {
    const reload = this.#lastReload;
    // A command may run for longer between a change and its update.
    const lastOf = (streak: Streak): number =>
      reload?.names.has(streak.name) ? Math.max(reload.atMs, streak.lastMs) : streak.lastMs;
    this.#streaks = this.#streaks
      .slice(-MAX_STREAKS)
      .filter((one) => one.isHeld || nowMs - lastOf(one) <= MAX_GAP_MS);
    return (
      this.#streaks.find((one) => one.name === name) ??
      this.#streaks.find(
        (one) => kind !== 'changed' && one.isOfFolder && commonFolder(one.name, name) !== undefined,
      )
    );
  }

  #recordAnswer(
    { name, kind }: NamedFile,
    { reload, isAssumed }: DocumentRequest,
    streak: Streak | undefined,
  ): LoopDecision {
    const isOwn = reload !== undefined && hasCaused(reload, name, kind);
    const answer = { name, isOfFolder: kind !== 'changed', answered: reload, lastMs: this.#clock.now() };
    if (!streak || !isOwn) {
      if (streak) this.#forget(streak);
      const needed = isOwn ? OWN_ANSWERS : isAssumed ? UNSURE_ANSWERS : ANSWERS;
      this.#streaks.push({ ...answer, count: 1, needed, trials: 0, isHeld: false });
      return 'publish';
    }
    const isFirst = streak.answered !== reload;
    if (isFirst) streak.count++;
    const folder = commonFolder(streak.name, name);
    const needed = folder === undefined ? streak.needed : Math.max(streak.needed, UNSURE_ANSWERS);
    Object.assign(streak, { ...answer, needed });
    if (!isFirst || streak.count < needed) return 'publish';
    if (streak.trials < TRIALS) {
      streak.trials++;
      streak.isHeld = true;
      return 'hold';
    }
    this.#forget(streak);
    return { glob: this.#exclude(name, folder) };
  }

  /** A file that changes while no page loads may have been saved by a person. If that reload is answered, it is set aside again. */
  #bringBack(excluded: SetAside, name: string): boolean {
    const returns = this.#returns.get(excluded.glob) ?? 0;
    if (returns === MAX_RETURNS) return false;
    this.#returns.set(excluded.glob, returns + 1);
    this.#setAside = this.#setAside.filter((one) => one !== excluded);
    const isOfFolder = excluded.glob !== escapeGlob(name);
    const streak = { name, isOfFolder, answered: undefined, lastMs: this.#clock.now(), isHeld: false };
    this.#streaks.push({ ...streak, count: OWN_ANSWERS, needed: ANSWERS, trials: TRIALS - 1 });
    return true;
  }

  #forget(streak: Streak): void {
    this.#streaks = this.#streaks.filter((one) => one !== streak);
  }

  #exclude(name: string, folder: string | undefined): string {
    const extension = extensionOf(name);
    const files = extension === '' ? '**' : `**/*${extension}`;
    const added: SetAside =
      folder === undefined
        ? { glob: escapeGlob(name), matches: (other) => other === name }
        : {
            glob: folder === '' ? `*${extension}` : `${escapeGlob(folder)}/${files}`,
            matches: (other) => isBelow(folder, other) && extensionOf(other) === extension,
          };
    this.#setAside.push(added);
    return added.glob;
  }
}

function isAnswered({ startMs, endMs, isAssumed }: DocumentRequest, nowMs: number): boolean {
  if (endMs !== undefined) return nowMs - endMs <= ANSWER_MS;
  return nowMs - startMs <= (isAssumed ? MAX_ASSUMED_MS : MAX_REQUEST_MS);
}

/** Whether a reload was caused by a file, or by a new one beside it. */
function hasCaused({ names }: Reload, name: string, kind: NamedFile['kind']): boolean {
  return (
    names.has(name) || (kind !== 'changed' && [...names].some((one) => commonFolder(one, name) !== undefined))
  );
}

/**
 * The deepest folder that contains two files with the same extension: '' for the root, if both are directly in it. `undefined` for
 * the same file, and for files that have too little in common.
 */
function commonFolder(one: string, other: string): string | undefined {
  if (one === other || extensionOf(one) !== extensionOf(other)) return undefined;
  const [a, b] = [one, other].map((name) => name.split('/').slice(0, -1)) as [string[], string[]];
  const differs = a.findIndex((segment, index) => segment !== b[index]);
  const folder = a.slice(0, differs === -1 ? a.length : differs).join('/');
  if (folder !== '') return folder;
  return a.length === 0 && b.length === 0 && extensionOf(one) !== '' ? '' : undefined;
}

function isBelow(folder: string, name: string): boolean {
  return folder === '' ? !name.includes('/') : name.startsWith(`${folder}/`);
}

function extensionOf(name: string): string {
  return /[^/](\.\w+)$/.exec(name)?.[1] ?? '';
}

function escapeGlob(name: string): string {
  return name.replace(/[\\*?[\]{}()!+@]/g, String.raw`\$&`);
}
