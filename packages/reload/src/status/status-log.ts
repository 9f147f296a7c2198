import { escapeControls } from '@live-online/internal/escape-controls';
import { describeOutcome } from '../describe-outcome.ts';
import type { BackendChange, SkippedReport, UpdateReport } from '../events.ts';
import { nameDevice } from './device-name.ts';

/** What `/__live-online/` shows. Times are in ms since 1970. */
export interface Status {
  startedAt: number;
  now: number;
  about: StatusAbout;
  devices: { name: string; address: string; pages: { path: string; since: number }[] }[];
  /** The newest first. */
  updates: StatusUpdate[];
  served: { total: number; recent: ServedPath[] };
  /** The newest first. */
  warnings: { at: number; text: string }[];
}

export interface StatusAbout {
  kind: 'folder' | 'proxy' | 'none';
  /** Such as `content` or `http://localhost:8000`. */
  source: string;
  watched: string[];
  ignored: string[];
}

interface StatusUpdate {
  at: number;
  files: string[];
  /** How many changed files are not in `files`. */
  more: number;
  /** What pages did, in the words of the terminal. */
  outcome: string;
  /** Whether any page did something. */
  isApplied: boolean;
  reason?: string;
}

interface ServedPath {
  path: string;
  status: number;
  count: number;
  at: number;
}

/** A connected page. */
export interface ConnectedPage {
  address: string;
  userAgent: string;
  path: string | undefined;
  since: number;
}

const MAX_UPDATES = 50;
const MAX_PATHS = 100;
const MAX_WARNINGS = 20;
const MAX_FILES = 20;
const MAX_TEXT_LENGTH = 200;

export interface StatusLogOptions {
  now: () => number;
  about: StatusAbout;
  pages: () => readonly ConnectedPage[];
}

/** Records what the server does, as far as the page of its status shows it. */
export class StatusLog {
  readonly #options: StatusLogOptions;
  readonly #startedAt: number;
  readonly #updates: StatusUpdate[] = [];
  readonly #warnings: Status['warnings'] = [];
  /** The most recent last. */
  readonly #served = new Map<string, ServedPath>();
  #total = 0;

  constructor(options: StatusLogOptions) {
    this.#options = options;
    this.#startedAt = options.now();
  }

  recordUpdate(report: UpdateReport): void {
    this.#addUpdate(report);
  }

  recordSkipped(report: SkippedReport): void {
    this.#addUpdate(report);
  }

  /** When a backend is up again or has restarted, an update with that reason follows. */
  recordBackend(change: BackendChange): void {
    if (change.state === 'down') this.recordWarning(`The backend is down: ${change.problem}`);
  }

  recordWarning(text: string): void {
    this.#warnings.unshift({ at: this.#options.now(), text: shorten(text, 1_000) });
    this.#warnings.length = Math.min(this.#warnings.length, MAX_WARNINGS);
  }

  /** @param target the path of the request, without its query, which can contain a secret. */
  recordResponse(target: string, status: number): void {
    this.#total++;
    const path = shorten(decode(target));
    const count = (this.#served.get(path)?.count ?? 0) + 1;
    this.#served.delete(path);
    this.#served.set(path, { path, status, count, at: this.#options.now() });
    if (this.#served.size > MAX_PATHS) this.#served.delete(this.#served.keys().next().value!);
  }

  snapshot(): Status {
    return {
      startedAt: this.#startedAt,
      now: this.#options.now(),
      about: this.#options.about,
      devices: groupByDevice(this.#options.pages()),
      updates: this.#updates,
      served: { total: this.#total, recent: [...this.#served.values()].reverse() },
      warnings: this.#warnings,
    };
  }

  #addUpdate(report: UpdateReport | SkippedReport): void {
    const { files } = report;
    const { text, reason } = describeOutcome(report);
    const shown = files.slice(0, MAX_FILES).map((file) => shorten(file));
    const more = files.length - shown.length;
    this.#updates.unshift({
      at: this.#options.now(),
      files: shown,
      more,
      outcome: text,
      isApplied: 'pages' in report && report.pages.apply + report.pages.reload > 0,
      ...(reason !== undefined && { reason: shorten(reason) }),
    });
    this.#updates.length = Math.min(this.#updates.length, MAX_UPDATES);
  }
}

function groupByDevice(pages: readonly ConnectedPage[]): Status['devices'] {
  const devices = new Map<string, Status['devices'][number]>();
  for (const { address, userAgent, path, since } of pages) {
    const [name, shownAddress] = [nameDevice(userAgent), showAddress(address)];
    const key = `${shownAddress} ${userAgent}`;
    const device = devices.get(key) ?? { name, address: shownAddress, pages: [] };
    device.pages.push({ path: path === undefined ? '' : shorten(decode(path)), since });
    devices.set(key, device);
  }
  return [...devices.values()];
}

function showAddress(address: string): string {
  const bare = address.replace(/^::ffff:/, '');
  return bare === '::1' || bare.startsWith('127.') ? 'this machine' : bare;
}

function decode(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** Bounds what one entry takes, because requests choose it. */
function shorten(text: string, length: number = MAX_TEXT_LENGTH): string {
  const escaped = escapeControls(text.slice(0, length));
  return text.length > length ? `${escaped}…` : escaped;
}
