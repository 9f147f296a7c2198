import type { BrowserContext, Page, Route } from 'playwright-core';

/** Answers of the HTTP API that do not come from a counter: many sites, hours of history, and faults. */
export interface DashboardAnswers {
  /** By the path below `v1/`, such as `sites`. A string is an answer that is not JSON; a number is a status. */
  [path: string]: object | string | number;
}

const HOUR = 3_600;
/** The minute at which the fake history ends, in seconds since the epoch. */
const minuteNow = (): number => Math.floor(Date.now() / 60_000) * 60;

/** A number that looks random and is the same in each run. */
function noise(seed: number): number {
  const value = Math.sin(seed * 12.9898) * 43_758.5453;
  return value - Math.floor(value);
}

function wave(base: number, seed: number, index: number, length: number): number {
  const day = 1 + 0.45 * Math.sin((index / length) * 2 * Math.PI * 1.3 + seed);
  // Noise that changes slowly, and a little that does not.
  const [step, part] = [Math.floor(index / 12), (index % 12) / 12];
  const slow = noise(seed + step) * (1 - part) + noise(seed + step + 1) * part;
  return Math.max(0, Math.round(base * day * (0.88 + 0.2 * slow + 0.03 * noise(seed + index))));
}

const NAMES = [
  'harbour-news.example',
  'docs.lighthouse.example',
  'shop.saltandrope.example',
  'blog.tidewater.example',
  'forum.sailors.example',
  'radio.northpier.example',
  'weather.coast.example',
  'museum.anchor.example',
  'ferry-times.example',
  'maps.estuary.example',
  'recipes.galley.example',
  'club.rowing.example',
];

export function fakeSite(index: number, name: string = NAMES[index] ?? `site-${index}.example`) {
  const base = index < NAMES.length ? Math.round(1_840 / (index + 1) ** 1.3) : Math.round(40 * noise(index));
  const trend = Array.from({ length: 60 }, (_, minute) => wave(base, index, minute, 120));
  const people = index === 11 ? 0 : trend.at(-1)!;
  const peakToday = Math.max(...trend, people);
  return {
    site: name,
    people,
    tabs: Math.round(people * 1.24),
    stale: false,
    peakToday,
    peakAllTime: Math.round(peakToday * (1.2 + noise(index))),
    trend,
  };
}

const RANGES = { '15m': [60, 15], '24h': [60, 1_440], '30d': [HOUR, 720], '2y': [24 * HOUR, 400] } as const;

function fakeHistory(site: string, range: keyof typeof RANGES) {
  const [stepSeconds, count] = RANGES[range];
  const end = minuteNow();
  const samples = Array.from({ length: count }, (_, index) => {
    const mean = wave(1_150, 0.5, index * (range === '15m' ? 0.4 : 1), range === '24h' ? 1_440 : count / 6);
    const spread = stepSeconds === 60 ? 0 : Math.round(mean * 0.25);
    return [end - (count - 1 - index) * stepSeconds, mean - spread, mean, mean + spread];
  });
  return { site, range, stepSeconds, samples };
}

const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

/** @param count of sites */
export function dashboardAnswers(count = NAMES.length): DashboardAnswers {
  const [site] = NAMES as [string];
  const peak = {
    today: { people: 2_214, at: ago(130) },
    allTime: { people: 4_873, at: ago(60 * 24 * 41) },
  };
  const people = 1_318;
  return {
    sites: { sites: Array.from({ length: count }, (_, index) => fakeSite(index)) },
    [`sites/${site}`]: { site, people, tabs: 1_644, stale: false, since: ago(60 * 24 * 9), peak },
    [`sites/${site}/access`]: { site, isPublic: false },
    [`sites/${site}/token`]: { site, token: 'RkFLRS1yZWFkLXRva2VuLW9mLWEtZmFrZS1zaXRl' },
    [`sites/${site}/opt-out`]: { site, fragment: '#live-online=1.RkFLRQ', expiresAt: ago(-60 * 24) },
    [`sites/${site}/events`]: `retry: 600000\nevent: total\nid: 1\ndata: {"people":${people},"tabs":1644,"stale":false}\n\n`,
    [`sites/${site}/pages`]: {
      site,
      stale: false,
      pages: [
        ['/', 412],
        ['/2026/storm-over-the-north-pier', 286],
        ['/timetable', 154],
        ['/2026/new-lighthouse-lamp', 121],
        ['/weather', 97],
        ['/jobs', 55],
        ['/2026/interview-harbour-master', 48],
        ['/archive', 31],
        ['/contact', 22],
        ['/imprint', 9],
        ['/letters', 8],
        ['/crossword', 7],
      ].map(([path, people]) => ({ path, people })),
      other: 68,
    },
    ...Object.fromEntries(
      (Object.keys(RANGES) as (keyof typeof RANGES)[]).map((range) => [
        `sites/${site}/history?range=${range}`,
        fakeHistory(site, range),
      ]),
    ),
    servers: {
      servers: [
        fakeServer('fra-1', 8_412, 1.8, true),
        fakeServer('fra-2', 8_187, 2.4, false),
        { ...fakeServer('ams-1', 3_020, 71, false), stale: true, silent: true },
      ],
    },
    stats: {
      connections: 8_412,
      updates: 184_220,
      messages: 41_873_004,
      ignoredEvents: 0,
      malformedPackets: 12,
      rejected: { bot: 4_231, maxPerAddress: 318, 'origin-invalid': 74, maxSites: 6 },
      terminated: { 'pending-timeout': 903, 'not-reading': 41, 'too-many-packets': 5 },
    },
    webhooks: {
      webhooks: [
        {
          url: 'https://hooks.harbour-news.example/live-online',
          waiting: 1,
          deliveries: [
            fakeDelivery(1, 'site.peak', site, 4, 'delivered', 1, null),
            fakeDelivery(2, 'site.threshold', site, 9, 'waiting', 3, 'the server answered 503'),
            fakeDelivery(3, 'site.occupied', 'club.rowing.example', 44, 'delivered', 2, null),
            fakeDelivery(4, 'site.vacated', 'club.rowing.example', 91, 'failed', 9, 'no answer within 15 s'),
          ],
        },
      ],
    },
  };
}

function fakeServer(name: string, connections: number, eventLoopDelayMs: number, isSelf: boolean) {
  const since = ago(60 * 24 * 3 + connections / 10);
  return {
    name,
    version: '1.4.0',
    since,
    connections,
    eventLoopDelayMs,
    store: 'redis',
    processes: isSelf ? 5 : 1,
    stale: false,
    silent: false,
    warnings: [],
    isSelf,
  };
}

function fakeDelivery(
  id: number,
  type: string,
  site: string,
  minutes: number,
  status: string,
  attempts: number,
  lastError: string | null,
) {
  return { id: `msg_${id}`, type, site, at: ago(minutes), status, attempts, lastError };
}

/** Answers the requests of a page below `v1/`. Paths without an answer get 404. */
export async function routeAnswers(target: Page | BrowserContext, answers: DashboardAnswers): Promise<void> {
  await target.route(/\/v1\//, (route) => respond(route, answers));
}

/** Runs in a page before its scripts: its streams of events stay open after the first event, as those of a server do. */
export function openStreams(): void {
  class FakeEventSource extends EventTarget {
    constructor(url: string) {
      super();
      void fetch(url)
        .then((response) => response.text())
        .then((text) => {
          const data = /^data: (.*)$/m.exec(text)?.[1];
          this.dispatchEvent(data === undefined ? new Event('error') : new MessageEvent('total', { data }));
        });
    }
    close(): void {}
  }
  Object.assign(globalThis, { EventSource: FakeEventSource });
}

async function respond(route: Route, answers: DashboardAnswers): Promise<void> {
  const { pathname, search } = new URL(route.request().url());
  const path = decodeURIComponent(pathname.slice(pathname.indexOf('/v1/') + 4)) + search;
  const answer = answers[path] ?? 404;
  if (answer === -1) return route.abort();
  if (typeof answer === 'string') return route.fulfill({ contentType: 'text/event-stream', body: answer });
  if (typeof answer !== 'number') return route.fulfill({ json: answer });
  const json = {
    type: 'about:blank',
    title: 'Error',
    status: answer,
    code: 'fake',
    detail: `status ${answer}`,
  };
  await route.fulfill({ status: answer, contentType: 'application/problem+json', json });
}
