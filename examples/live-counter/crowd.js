import { WebSocket } from 'ws';

/** What one process can show without slowing down the page that looks at it. */
export const MAX_VISITORS = 2_000;

/** Made-up sites, how much of the crowd is on each, and their pages, the most visited first. */
const SITES = [
  ['harbour-news.example', 40, ['/', '/storm-over-the-north-pier', '/timetable', '/weather', '/jobs']],
  ['docs.lighthouse.example', 22, ['/', '/install', '/lamps/fresnel', '/api', '/changelog']],
  ['shop.saltandrope.example', 16, ['/', '/ropes', '/basket', '/checkout']],
  ['blog.tidewater.example', 11, ['/', '/on-mudflats', '/archive']],
  ['forum.sailors.example', 7, ['/', '/t/knots', '/t/first-boat']],
  ['ferry-times.example', 4, ['/', '/today']],
];

/** The names of the made-up sites. */
export const SIMULATED_SITES = new Set(SITES.map(([site]) => site));

/** A heartbeat of Engine.IO. */
const PING = Buffer.from('2');

const TICK_MS = 250;
/** How many visitors come or go in one tick. */
const MAX_CHANGES = 50;
/** The crowd grows and shrinks by this share within a few minutes, so that the numbers move. */
const SWING = 0.12;
const SWING_PERIOD_MS = 180_000;
/** Which share of the visitors leaves, or goes to another page, in one tick. Others come instead. */
const LEAVING = 0.004;
const MOVING = 0.006;
/** Which share of the visitors has two tabs. */
const WITH_TWO_TABS = 0.2;

/**
 * Simulated visitors of made-up sites. Each is a connection of its own to the counter, as a visitor's browser has.
 *
 * @param {number} port of the counter on this machine
 */
export function createCrowd(port) {
  const visitors = new Set();
  let target = 0;
  const timer = setInterval(() => {
    const swing = 1 - (SWING / 2) * (1 + Math.sin((2 * Math.PI * Date.now()) / SWING_PERIOD_MS));
    const missing = Math.round(target * swing) - visitors.size;
    for (let times = Math.min(missing, MAX_CHANGES); times > 0; times--) open(port, visitors);
    const tooMany = Math.max(0, Math.min(-missing, MAX_CHANGES));
    for (const visitor of [...visitors].slice(0, tooMany)) visitor.close();
    for (const visitor of visitors) {
      if (Math.random() < LEAVING) visitor.close();
      else if (Math.random() < MOVING) visitor.move();
    }
  }, TICK_MS);
  return {
    /** How many visitors there are to be. */
    get target() {
      return target;
    },
    set target(count) {
      target = Math.min(MAX_VISITORS, Math.max(0, Math.round(count)));
    },
    get size() {
      return visitors.size;
    },
    close() {
      clearInterval(timer);
      for (const visitor of visitors) visitor.close();
    },
  };
}

function open(port, visitors) {
  const [site, , pages] = chooseSite();
  const query = new URLSearchParams({ EIO: '4', transport: 'websocket', join: '1', page: choosePage(pages) });
  if (Math.random() < WITH_TWO_TABS) query.set('tabs', '2');
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?${query}`, {
    origin: `https://${site}`,
    headers: { 'User-Agent': 'Mozilla/5.0 (a simulated visitor)' },
    perMessageDeflate: false,
  });
  const visitor = {
    move: () =>
      socket.readyState === WebSocket.OPEN && socket.send(`42${JSON.stringify(['page', choosePage(pages)])}`),
    close: () => socket.terminate(),
  };
  visitors.add(visitor);
  // The counter is closing: the crowd ends with it.
  socket.on('error', () => {});
  socket.on('close', () => visitors.delete(visitor));
  socket.on('message', (data) => PING.equals(data) && socket.send('3'));
}

function chooseSite() {
  let rest = Math.random() * SITES.reduce((sum, [, share]) => sum + share, 0);
  return SITES.find(([, share]) => (rest -= share) < 0) ?? SITES[0];
}

/** The first pages have more visitors. */
function choosePage(pages) {
  return pages[Math.floor(Math.random() ** 2 * pages.length)];
}
