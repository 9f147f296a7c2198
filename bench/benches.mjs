/**
 * The benches by the name they are called by.
 *
 * @type {Map<string, { about: string, flags: string, load: () => Promise<Bench> }>}
 *
 * @typedef {(on: { args: string[], signal: AbortSignal, out: (line: string) => void }) => Promise<object>} Bench
 * Resolves to what is printed as JSON; `pass: false` in it makes the run fail.
 */
export const benches = new Map([
  [
    'storm',
    {
      about: 'many people arrive on one site at once, beside the recipe',
      flags: '--n 1000 (people), --rounds 3, --warm-ups 15 (0: cold processes)',
      load: async () => (await import('./counter/storm.mjs')).storm,
    },
  ],
  [
    'growth',
    {
      about: 'the storm with twice the people: does one arrival cost more in a larger crowd?',
      flags: '--n 2000 (people, and twice as many), --rounds 3',
      load: async () => (await import('./counter/growth.mjs')).growth,
    },
  ],
  [
    'broadcast',
    {
      about: 'one announcement to each of many idle people, beside raw ws',
      flags: '--n 5000 (people), --rounds 3, --announcements 30',
      load: async () => (await import('./counter/broadcast.mjs')).broadcast,
    },
  ],
  [
    'churn',
    {
      about: 'people come and go all the time: how far behind is what they see?',
      flags: '--n 1000 (people), --rate 500 (arrivals and departures a second), --seconds 10, --rounds 3',
      load: async () => (await import('./counter/churn.mjs')).churn,
    },
  ],
  [
    'idle',
    {
      about: 'what a connection costs that is just there, beside plain Socket.IO',
      flags: '--n 5000 (people), --rounds 3',
      load: async () => (await import('./counter/idle.mjs')).idle,
    },
  ],
  [
    'redis',
    {
      about: 'many servers over Redis: arrivals beside the recipe, changes on many sites, and silence',
      flags:
        '--n 2000 (people), --rounds 3 (0: none), --warm-ups 5, --sites 10000 (and a tenth of it), --ticks 5 (0: none), --idle-seconds 5',
      load: async () => (await import('./redis/redis.mjs')).redis,
    },
  ],
  [
    'replication',
    {
      about: 'what servers pay to replicate counts, and would pay for hashes of members',
      flags: '--stay-seconds 60 (how long a member stays), --seconds 10 (of churn)',
      load: async () => (await import('./redis/replication.mjs')).replication,
    },
  ],
  [
    'reload',
    {
      about: 'from a save to the page, beside the recipe and other reload tools',
      flags: '--saves 30, --files 50000 (of a large project); BENCH_PEERS=none leaves the others out',
      load: async () => (await import('./reload/reload.mjs')).reload,
    },
  ],
]);
