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
/** More files than this at once are written by a build or a switch of branches, and are no answer. */
export const MAX_ANSWER_FILES = 50;
/** How many answers in a row are counted at the same time. */
const MAX_STREAKS = 200;
/** How many answers in a row show a loop if the first one answers a request that another file caused. */
const ANSWERS = 2;
/** The same if requests are only assumed, or if new files of one folder answer. */
const UNSURE_ANSWERS = 4;
/** The same if the file caused all of these requests itself: an editor that saves while a person types does that, too. */
const OWN_ANSWERS = 8;

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
  /** How many answers show that it is a loop. */
  needed: number;
}

/** Separates what a person saves from what is written in answer to reloads. [R11] */
export class FeedbackLoops {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #setAside = new Set<string>();
  readonly #setAsideFolders: { folder: string; extension: string }[] = [];
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
      ? { atMs: this.#clock.now(), names: new Set(names.length <= MAX_ANSWER_FILES ? names : []) }
      : undefined;
  }

  /** Whether a file is set aside: its changes cause no update. */
  isSetAside(name: string): boolean {
    return (
      this.#setAside.has(name) ||
      this.#setAsideFolders.some(
        ({ folder, extension }) => isBelow(folder, name) && extensionOf(name) === extension,
      )
    );
  }

  /** Records a change. Returns a glob for what is set aside from now on, if this change shows a loop. */
  recordChange({ name, kind }: NamedFile): string | undefined {
    const nowMs = this.#clock.now();
    const isOfFolder = kind !== 'changed';
    this.#streaks = this.#streaks.slice(-MAX_STREAKS).filter(({ lastMs }) => nowMs - lastMs <= MAX_GAP_MS);
    const request = this.#requests.filter((one) => isAnswered(one, nowMs)).at(-1);
    const streak =
      this.#streaks.find((one) => one.name === name) ??
      this.#streaks.find((one) => isOfFolder && one.isOfFolder && commonFolder(one.name, name) !== undefined);
    if (!request) {
      // It may answer a script or an image of the page, which is no sign of a person.
      const isUnsure = nowMs - this.#lastOtherMs <= ANSWER_MS;
      if (streak?.name === name && !isUnsure) this.#forget(streak);
      return undefined;
    }
    const { reload } = request;
    const isOwn = reload !== undefined && hasCaused(reload, name, kind);
    if (!streak || !isOwn) {
      if (streak) this.#forget(streak);
      this.#streaks.push({
        name,
        isOfFolder,
        answered: reload,
        lastMs: nowMs,
        count: 1,
        needed: isOwn ? OWN_ANSWERS : request.isAssumed ? UNSURE_ANSWERS : ANSWERS,
      });
      return undefined;
    }
    if (streak.answered !== reload) streak.count++;
    const folder = commonFolder(streak.name, name);
    Object.assign(streak, {
      name,
      isOfFolder,
      answered: reload,
      lastMs: nowMs,
      needed: folder === undefined ? streak.needed : Math.max(streak.needed, UNSURE_ANSWERS),
    });
    if (streak.count < streak.needed) return undefined;
    this.#forget(streak);
    return this.#exclude(name, folder);
  }

  #forget(streak: Streak): void {
    this.#streaks = this.#streaks.filter((one) => one !== streak);
  }

  #exclude(name: string, folder: string | undefined): string {
    if (folder === undefined) {
      this.#setAside.add(name);
      return escapeGlob(name);
    }
    const extension = extensionOf(name);
    this.#setAsideFolders.push({ folder, extension });
    const files = extension === '' ? '**' : `**/*${extension}`;
    return folder === '' ? `*${extension}` : `${escapeGlob(folder)}/${files}`;
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
