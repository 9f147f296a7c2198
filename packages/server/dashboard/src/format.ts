const integers = new Intl.NumberFormat();
const signed = new Intl.NumberFormat(undefined, { signDisplay: 'exceptZero' });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const exactClock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const dayOfMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const narrow = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'narrow' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

export const formatCount = (count: number): string => integers.format(Math.round(count));
/** With its sign, such as `+12`. */
export const formatChange = (change: number): string => signed.format(Math.round(change));
export const formatClock = (time: number | string): string => clock.format(new Date(time));
export const formatExactClock = (time: number | string): string => exactClock.format(new Date(time));
/** Without the year. */
export const formatDayOfMonth = (time: number | string): string => dayOfMonth.format(new Date(time));
export const formatDay = (time: number | string): string => day.format(new Date(time));
export const formatMoment = (time: number | string): string => moment.format(new Date(time));

const UNITS: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** Such as `3 hours ago`, or `3h ago` in narrow places. */
export function formatAgo(time: number | string, now: number, isNarrow = false): string {
  const seconds = Math.round((new Date(time).getTime() - now) / 1_000);
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS[3]!;
  return (isNarrow ? narrow : relative).format(Math.trunc(seconds / size), unit);
}

/** `1 person`, `2 people`. */
export function countPeople(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'person' : 'people'}`;
}
