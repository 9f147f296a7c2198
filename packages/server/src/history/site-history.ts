import type { Peak, Range, Sample } from '../core/samples.ts';
import { SampleRing } from './sample-ring.ts';

/** The history of a site, as it is stored. */
export interface SiteRecord {
  site: string;
  /** When its history begins, in seconds since 1970. */
  since: number;
  /** When it had members last. */
  occupiedAt: number;
  peakToday: Peak | null;
  peakAllTime: Peak | null;
  minutes: readonly Sample[];
  hours: readonly Sample[];
  days: readonly Sample[];
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** Days begin at midnight UTC: all servers agree on that. */
const DAY = 24 * HOUR;

/** How far each range goes back, in seconds, and the ring that it is read from. */
const READ = {
  '15m': { seconds: 15 * MINUTE, ring: 'minutes' },
  '24h': { seconds: DAY, ring: 'minutes' },
  '30d': { seconds: 30 * DAY, ring: 'hours' },
  '2y': { seconds: 730 * DAY, ring: 'days' },
} as const;

/** The history of one site: about 35 kB, however many members it has. */
export class SiteHistory {
  readonly #minutes = new SampleRing(MINUTE, DAY / MINUTE);
  readonly #hours = new SampleRing(HOUR, (30 * DAY) / HOUR);
  readonly #days = new SampleRing(DAY, 730);
  #since: number;
  #occupiedAt: number;
  #peakToday: Peak | undefined;
  #peakAllTime: Peak | undefined;

  /** @param now in seconds since 1970. */
  constructor(now: number) {
    this.#since = now;
    this.#occupiedAt = now;
  }

  /** When the history begins, in seconds since 1970. */
  get since(): number {
    return this.#since;
  }

  /** When the site had members last, in seconds since 1970. */
  get occupiedAt(): number {
    return this.#occupiedAt;
  }

  /** The site has so many members at this moment. */
  add(people: number, now: number): void {
    this.#minutes.add(now, people);
    if (people === 0) return;
    this.#occupiedAt = now;
    const seen = { people, at: now };
    if (dayOf(this.#peakToday?.at) !== dayOf(now)) this.#peakToday = seen;
    this.#peakToday = higher(this.#peakToday, seen);
    this.#peakAllTime = higher(this.#peakAllTime, seen);
  }

  /** Adds the current minute to its hour and day, and the last one, if it belongs to others. */
  aggregate(now: number): void {
    const last = now - MINUTE;
    if (Math.floor(last / HOUR) !== Math.floor(now / HOUR)) {
      this.#hours.aggregate(last, this.#minutes);
      this.#days.aggregate(last, this.#hours);
    }
    this.#hours.aggregate(now, this.#minutes);
    this.#days.aggregate(now, this.#hours);
  }

  samples(range: Range, now: number): Sample[] {
    const { seconds, ring } = READ[range];
    const source = this.#ring(ring);
    const end = (Math.floor(now / source.stepSeconds) + 1) * source.stepSeconds;
    return source.between(end - seconds, end);
  }

  peaks(now: number): { today: Peak | null; allTime: Peak | null } {
    const isToday = dayOf(this.#peakToday?.at) === dayOf(now);
    return { today: (isToday && this.#peakToday) || null, allTime: this.#peakAllTime ?? null };
  }

  /** The members of the last 60 minutes, oldest first. A minute without a sample is 0. */
  trend(now: number): number[] {
    const first = Math.floor(now / MINUTE) - 59;
    const trend = new Array<number>(60).fill(0);
    for (const [at, , mean] of this.#minutes.between(first * MINUTE, (first + 60) * MINUTE)) {
      trend[at / MINUTE - first] = mean;
    }
    return trend;
  }

  toRecord(site: string): SiteRecord {
    return {
      site,
      since: this.#since,
      occupiedAt: this.#occupiedAt,
      peakToday: this.#peakToday ?? null,
      peakAllTime: this.#peakAllTime ?? null,
      minutes: this.#minutes.all(),
      hours: this.#hours.all(),
      days: this.#days.all(),
    };
  }

  /** Adds what is stored to what has been recorded meanwhile. */
  restore(record: SiteRecord): void {
    this.#since = Math.min(this.#since, record.since);
    this.#occupiedAt = Math.max(this.#occupiedAt, record.occupiedAt);
    this.#peakAllTime = higher(record.peakAllTime ?? undefined, this.#peakAllTime);
    const [stored, seen] = [record.peakToday ?? undefined, this.#peakToday];
    const isSameDay = !seen || dayOf(stored?.at) === dayOf(seen.at);
    this.#peakToday = isSameDay ? higher(stored, seen) : seen;
    this.#minutes.restore(record.minutes);
    this.#hours.restore(record.hours);
    this.#days.restore(record.days);
  }

  #ring(name: 'minutes' | 'hours' | 'days'): SampleRing {
    if (name === 'minutes') return this.#minutes;
    return name === 'hours' ? this.#hours : this.#days;
  }
}

/** How long a step of a range is, in seconds. */
export function stepSecondsOf(range: Range): number {
  const { ring } = READ[range];
  if (ring === 'minutes') return MINUTE;
  return ring === 'hours' ? HOUR : DAY;
}

function dayOf(at: number | undefined): number | undefined {
  return at === undefined ? undefined : Math.floor(at / DAY);
}

/** The higher one of two peaks; the first one if they are equal. */
function higher(a: Peak | undefined, b: Peak | undefined): Peak | undefined {
  if (!a || !b) return a ?? b;
  return b.people > a.people ? b : a;
}
