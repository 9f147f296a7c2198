/**
 * What `npm run bench` runs: the benchmarks whose figures have limits, each within some minutes.
 *
 * @type {ReadonlyArray<{ name: string, args: string[] }>}
 */
export const suites = [
  { name: 'storm', args: [] },
  { name: 'growth', args: [] },
  { name: 'workers', args: [] },
  { name: 'broadcast', args: [] },
  { name: 'idle', args: [] },
  // Without changes and silence, which have no limits.
  { name: 'redis', args: ['--ticks', '0'] },
];

/**
 * The benchmarks by their names.
 *
 * @type {Map<string, { about: string, flags: string, load: () => Promise<Bench> }>}
 *
 * @typedef {(on: { args: string[], signal: AbortSignal, out: (line: string) => void }) => Promise<object>} Bench
 * Resolves to the JSON that is printed. With `pass: false` the run fails.
 */
export const benches = new Map([
  [
    'storm',
    {
      about:
        'many visitors connect to one site at once, compared with raw ws, Socket.IO and the simplest counter',
      flags:
        '--n 0 (visitors; 0: 1,000 and 2,000), --rounds 7, --recipe-rounds 1, --warm-ups 15 (0: new processes), --engine socket.io',
      load: async () => (await import('./counter/storm.mjs')).storm,
    },
  ],
  [
    'growth',
    {
      about: 'the storm with twice the visitors: does an arrival cost more?',
      flags: '--n 2000 (visitors, and twice as many), --rounds 5, --engine socket.io',
      load: async () => (await import('./counter/growth.mjs')).growth,
    },
  ],
  [
    'workers',
    {
      about: 'the storm on one process, and on one, two and four workers',
      flags: '--n 4000 (visitors), --rounds 3, --warm-ups 15 (0: new processes), --engine socket.io',
      load: async () => (await import('./counter/workers.mjs')).workers,
    },
  ],
  [
    'broadcast',
    {
      about: 'one broadcast to many idle connections, compared with raw ws',
      flags: '--n 5000 (connections), --rounds 9, --updates 10, --engine socket.io',
      load: async () => (await import('./counter/broadcast.mjs')).broadcast,
    },
  ],
  [
    'churn',
    {
      about: 'visitors connect and disconnect all the time: how old are the totals that they see?',
      flags: '--n 1000 (visitors), --rate 500 (arrivals and departures a second), --seconds 10, --rounds 3',
      load: async () => (await import('./counter/churn.mjs')).churn,
    },
  ],
  [
    'handshakes',
    {
      about: 'what a handshake costs that is answered 429, compared with one that is accepted',
      flags: '--n 3000 (handshakes), --rounds 7, --engine socket.io',
      load: async () => (await import('./counter/handshakes.mjs')).handshakes,
    },
  ],
  [
    'idle',
    {
      about: 'what an idle connection costs, compared with plain Socket.IO',
      flags: '--n 15000 (connections), --rounds 3, --engine socket.io',
      load: async () => (await import('./counter/idle.mjs')).idle,
    },
  ],
  [
    'crowd',
    {
      about: '100,000 connections on one site at several workers, a tenth leaves, and one worker is killed',
      flags:
        '--clients 100000, --rate 2000 (arrivals a second), --workers 0 and --client-processes 0 (as many as needed), --engine socket.io',
      load: async () => (await import('./crowd/crowd.mjs')).crowd,
    },
  ],
  [
    'redis',
    {
      about:
        'several servers with Redis: arrivals compared with the simplest counter, changes on many sites, and silence',
      flags:
        '--n 2000 (visitors), --rounds 3 (0: none), --warm-ups 5, --sites 10000 (and a tenth of it), --ticks 5 (0: none), --idle-seconds 5, --engine socket.io',
      load: async () => (await import('./redis/redis.mjs')).redis,
    },
  ],
  [
    'replication',
    {
      about: 'what servers pay to replicate counts, compared with hashes of members',
      flags: '--stay-seconds 60 (how long a member stays), --seconds 10 (of churn)',
      load: async () => (await import('./redis/replication.mjs')).replication,
    },
  ],
  [
    'history',
    {
      about: 'what a server does each minute to keep the history of its sites, in a file and in Redis',
      flags: '--sites 1000, --rounds 5',
      load: async () => (await import('./counter/history.mjs')).history,
    },
  ],
  [
    'first-total',
    {
      about: 'how long a visitor waits for the first number of the script tag, at a distance',
      flags: '--rtt 100 (round trip, in ms), --rounds 9',
      load: async () => (await import('./widget/first-total.mjs')).firstTotal,
    },
  ],
  [
    'dashboard',
    {
      about:
        'the dashboard with 10,000 sites: long tasks and frames while numbers arrive, scrolling and typing',
      flags: '--sites 10000, --rounds 3, --seconds 10 (for each of the three)',
      load: async () => (await import('./dashboard/dashboard.mjs')).dashboard,
    },
  ],
  [
    'reload',
    {
      about: 'the time from a save to the page, compared with other reload tools',
      flags: '--saves 30, --files 50000 (of a large project); BENCH_PEERS=none skips the other tools',
      load: async () => (await import('./reload/reload.mjs')).reload,
    },
  ],
]);
