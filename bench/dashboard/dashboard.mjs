import { setTimeout as sleep } from 'node:timers/promises';
import { readNumbers } from '../lib/options.mjs';
import { median, round } from '../lib/stats.mjs';
import { grouped, table } from '../lib/table.mjs';
import { absoluteFigure, allReached, verdictTable } from '../lib/verdicts.mjs';
import { launchBrowser } from '../reload/page.mjs';
import { startDashboard } from './dashboard-server.mjs';
import { watchMainThread } from './main-thread.mjs';
import { jump } from './page.mjs';

/**
 * An answer to input within 100 ms feels immediate, and browsers call a task of more than 50 ms a long task. 34 ms are two
 * frames at 60 Hz: the list skips at most one.
 */
const LIMITS = {
  longestTaskMs: { name: 'longest task', limit: 100, goal: 50 },
  frameP99Ms: { name: 'frame, p99', limit: 34, goal: 17 },
};
const WINDOW = { width: 1280, height: 800 };
/** Until the code is compiled. */
const WARM_UP_MS = 5_000;
const WHEEL_PX = 240;
const JUMP_PX = 150_000;
const TYPED = 'site-123';
const TYPING_DELAY_MS = 90;

/** What the person in front of the page does, for `ms`. Numbers arrive all the time. */
const PHASES = {
  'idle page': (page, ms) => sleep(ms),
  'numbers arrive': (page, ms) => sleep(ms),
  scrolling: scroll,
  typing: type,
};

/** Whether the dashboard stays smooth with many sites whose numbers change. */
export async function dashboard({ args, signal, out }) {
  const { sites, rounds, seconds } = readNumbers(args, { sites: 10_000, rounds: 3, seconds: 10 });
  out(`The dashboard with ${grouped(sites)} sites in Chromium, ${rounds} rounds of ${seconds} s, medians.\n`);
  const server = await startDashboard(sites);
  const browser = await launchBrowser();
  try {
    const runs = Object.fromEntries(Object.keys(PHASES).map((phase) => [phase, []]));
    for (let number = 0; number < rounds; number++) {
      const page = await browser.newPage({ viewport: WINDOW });
      for (const [phase, act] of Object.entries(PHASES)) {
        signal.throwIfAborted();
        if (phase === 'idle page') await page.goto(`${server.url}idle`);
        else if (page.url() !== server.url) await openSites(page, server.url);
        runs[phase].push(await watchMainThread(page, () => act(page, seconds * 1_000)));
      }
      await page.close();
    }
    if (server.requests() < rounds) throw new Error('The dashboard has not asked for its sites.');
    return report({ runs, out, sites, rounds, seconds });
  } finally {
    await browser.close();
    server.close();
  }
}

async function openSites(page, url) {
  await page.goto(url);
  await page.locator('[data-index="0"]').waitFor();
  await type(page, WARM_UP_MS);
}

async function scroll(page, ms) {
  await page.mouse.move(WINDOW.width / 2, WINDOW.height / 2);
  const end = performance.now() + ms;
  // Most of the time by the wheel, and now and then far away, as by the scroll bar.
  for (let times = 1; performance.now() < end; times++) {
    if (times % 40 === 0) await page.evaluate(jump, JUMP_PX);
    else await page.mouse.wheel(0, WHEEL_PX);
    await sleep(20);
  }
}

async function type(page, ms) {
  const search = page.getByRole('searchbox');
  const end = performance.now() + ms;
  while (performance.now() < end) {
    await search.focus();
    await page.keyboard.type(TYPED, { delay: TYPING_DELAY_MS });
    for (const _ of TYPED) await page.keyboard.press('Backspace', { delay: TYPING_DELAY_MS });
  }
}

function report({ runs, out, ...parameters }) {
  const phases = Object.keys(runs);
  const value = (phase, key) => median(runs[phase].map((run) => run[key]));
  const ms = (key) => (phase) => `${value(phase, key).toFixed(1)} ms`;
  const rows = [
    ['longest task', ms('longestTaskMs')],
    ['  CPU time of a task, longest', ms('longestTaskCpuMs')],
    ['main thread busy', (phase) => `${(100 * value(phase, 'busyShare')).toFixed(0)} %`],
    ['frame, p50', ms('frameP50Ms')],
    ['frame, p99', ms('frameP99Ms')],
    ['frame, longest', ms('longestFrameMs')],
  ];
  out(table([['', ...phases], ...rows.map(([name, cell]) => [name, ...phases.map(cell)])]));
  const measured = phases.filter((phase) => phase !== 'idle page');
  const figures = measured.flatMap((phase) =>
    Object.entries(LIMITS).map(([key, { name, ...limits }]) =>
      absoluteFigure(
        { name: `dashboard, ${phase}: ${name}`, ...limits, unit: 'ms' },
        runs[phase].map((run) => run[key]),
      ),
    ),
  );
  out(`\n${verdictTable(figures)}\n`);
  const medians = (phase) =>
    Object.fromEntries(Object.keys(runs[phase][0]).map((key) => [key, round(value(phase, key), 3)]));
  return {
    suite: 'dashboard',
    ...parameters,
    phases: Object.fromEntries(phases.map((phase) => [phase, medians(phase)])),
    figures,
    pass: allReached(figures),
  };
}
