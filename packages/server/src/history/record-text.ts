import * as v from 'valibot';
import type { SiteRecord } from './site-history.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const sample = v.tuple([count, count, v.pipe(v.number(), v.minValue(0)), count]);
const samples = v.array(sample);
const peak = v.nullable(v.object({ people: count, at: count }));

const schema = v.object({
  site: v.pipe(v.string(), v.nonEmpty()),
  since: count,
  occupiedAt: count,
  peakToday: peak,
  peakAllTime: peak,
  minutes: samples,
  hours: samples,
  days: samples,
});

/** The stored form of a record: one line of JSON, whose samples are those of the API. */
export function encodeRecord(record: SiteRecord): string {
  return JSON.stringify(record);
}

/** @returns `undefined` if the text is not a record. */
export function decodeRecord(text: string): SiteRecord | undefined {
  try {
    const result = v.safeParse(schema, JSON.parse(text));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}
