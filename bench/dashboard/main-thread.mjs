/** How busy the main thread of a page is, and how evenly it draws. */
import { percentile } from '../lib/stats.mjs';
import { readFrames, recordFrames } from './page.mjs';

/** The tasks of every thread, and the names of threads. */
const CATEGORIES = ['disabled-by-default-devtools.timeline', '__metadata'];
const US_PER_MS = 1_000;

/**
 * Records tasks and frames of a page while `act` runs.
 *
 * @param {import('playwright-core').Page} page of Chromium; its browser has no other page
 * @param {() => Promise<void>} act
 * @returns {Promise<{ longestTaskMs: number, longestTaskCpuMs: number, busyShare: number, frameP50Ms: number, frameP99Ms: number, longestFrameMs: number }>}
 *   `longestTaskCpuMs` is the most CPU time that one task took. It is lower than its duration if other programs took the CPU.
 */
export async function watchMainThread(page, act) {
  const browser = page.context().browser();
  await page.evaluate(recordFrames);
  await browser.startTracing(page, { categories: CATEGORIES });
  const begin = performance.now();
  await act();
  const elapsedMs = performance.now() - begin;
  const frames = await page.evaluate(readFrames);
  const tasks = mainThreadTasks(JSON.parse(String(await browser.stopTracing())).traceEvents);
  const durations = tasks.map(({ dur }) => dur / US_PER_MS);
  return {
    longestTaskMs: Math.max(0, ...durations),
    longestTaskCpuMs: Math.max(0, ...tasks.map(({ tdur = 0 }) => tdur / US_PER_MS)),
    busyShare: durations.reduce((sum, ms) => sum + ms, 0) / elapsedMs,
    frameP50Ms: percentile(frames, 0.5),
    frameP99Ms: percentile(frames, 0.99),
    longestFrameMs: Math.max(...frames),
  };
}

/**
 * The tasks of the busiest main thread, from the events of a trace: browsers have a process in reserve, which does nothing.
 *
 * @param {Array<{ ph: string, name: string, pid: number, tid: number, dur?: number, tdur?: number, args?: { name?: string } }>} events
 *   `dur` is a duration and `tdur` CPU time, in µs.
 */
export function mainThreadTasks(events) {
  const threads = new Map();
  for (const { ph, name, args, pid, tid } of events)
    if (ph === 'M' && name === 'thread_name' && args?.name === 'CrRendererMain')
      threads.set(`${pid} ${tid}`, []);
  for (const event of events)
    if (event.ph === 'X' && event.name === 'RunTask') threads.get(`${event.pid} ${event.tid}`)?.push(event);
  const total = (tasks) => tasks.reduce((sum, { dur }) => sum + dur, 0);
  return [...threads.values()].reduce((most, tasks) => (total(tasks) > total(most) ? tasks : most), []);
}
