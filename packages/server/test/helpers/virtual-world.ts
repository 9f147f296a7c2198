import type { Clock } from '../../src/core/ports.ts';
import type { Bus, BusLink } from '../../src/store/bus/bus.ts';
import { createMemoryBus } from '../../src/store/bus/memory-bus.ts';

/** How long a message takes between a machine and the bus, in virtual ms. */
const LATENCY_MS = 1;

/** One machine of a virtual world, with its own clock and its own connection to the bus. */
export interface Machine {
  clock: Clock;
  bus: Bus;
  /** Nothing runs on it, and input waits. */
  freeze(): void;
  wake(): void;
  /** Messages between it and the bus wait, without an error. */
  cut(): void;
  heal(): void;
  /** It ends for good; the bus closes its links at once. */
  kill(): void;
}

/** Machines around a memory bus, on a clock that moves only by `advance`. */
export interface World {
  now(): number;
  machine(): Machine;
  /** Runs `task` once, on no machine. */
  later(delayMs: number, task: () => void): void;
  /** Runs all tasks that are due within `ms`, each at its own time. */
  advance(ms: number): Promise<void>;
  /** Ends every link and empties the bus. */
  empty(): void;
}

interface Task {
  at: number;
  run: () => void;
}

export function createWorld(): World {
  const memory = createMemoryBus();
  let now = 0;
  let tasks: Task[] = [];

  function later(delayMs: number, run: () => void): () => void {
    const task: Task = { at: now + Math.max(0, delayMs), run };
    tasks.push(task);
    return () => {
      tasks = tasks.filter((other) => other !== task);
    };
  }

  function machine(): Machine {
    let state: 'running' | 'frozen' | 'dead' = 'running';
    let isCut = false;
    /** Input and timers that wait while nothing runs. Input comes first, as in an event loop. */
    let input: (() => void)[] = [];
    let due: (() => void)[] = [];
    let outside: (() => void)[] = [];
    const links = new Set<BusLink>();

    const onMachine = (queue: () => (() => void)[], run: () => void): void => {
      if (state === 'running') run();
      else if (state === 'frozen') queue().push(run);
    };
    /** Sends something between this machine and the bus. */
    const pass = (run: () => void): void => {
      later(LATENCY_MS, () => {
        if (isCut) outside.push(run);
        else run();
      });
    };
    const deliver = (run: () => void): void => pass(() => onMachine(() => input, run));

    const clock: Clock = {
      now: () => now,
      schedule(task, delayMs) {
        let called = false;
        const run = (): void => {
          if (!called) task();
        };
        const cancel = later(delayMs, () => onMachine(() => due, run));
        return () => {
          called = true;
          cancel();
        };
      },
    };

    /** Sends a request to the bus and delivers its reply. */
    function request<T>(question: () => Promise<T>): Promise<T> {
      return new Promise((resolve, reject) => {
        pass(() => {
          question().then(
            (value) => deliver(() => resolve(value)),
            (error: unknown) =>
              deliver(() => reject(error instanceof Error ? error : new Error(String(error)))),
          );
        });
      });
    }

    const bus: Bus = {
      connect: (events) =>
        request(async () => {
          let isOpen = true;
          const link = await memory.connect({
            message: (channel, message) => {
              deliver(() => {
                if (isOpen) events.message(channel, message);
              });
            },
            down: (error) => {
              deliver(() => {
                if (isOpen) events.down(error);
              });
            },
          });
          links.add(link);
          return {
            run: (commands) => request(() => link.run(commands)),
            subscribe: (channels) => request(() => link.subscribe(channels)),
            unsubscribe: (channels) => request(() => link.unsubscribe(channels)),
            connectionOf: () => '',
            close() {
              isOpen = false;
              pass(() => link.close());
            },
          };
        }),
    };

    return {
      clock,
      bus,
      freeze() {
        if (state === 'running') state = 'frozen';
      },
      wake() {
        if (state !== 'frozen') return;
        state = 'running';
        const waiting = [...input, ...due];
        [input, due] = [[], []];
        for (const run of waiting) run();
      },
      cut() {
        isCut = true;
      },
      heal() {
        isCut = false;
        const waiting = outside;
        outside = [];
        for (const run of waiting) run();
      },
      kill() {
        state = 'dead';
        for (const link of links) link.close();
      },
    };
  }

  /** Waits for all promises that are settled. */
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  return {
    now: () => now,
    machine,
    later: (delayMs, task) => void later(delayMs, task),
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        let first: Task | undefined;
        for (const task of tasks) if (task.at <= end && (!first || task.at < first.at)) first = task;
        if (!first) break;
        const at = first.at;
        now = Math.max(now, at);
        const together = tasks.filter((task) => task.at === at);
        tasks = tasks.filter((task) => task.at !== at);
        for (const { run } of together) run();
        await settle();
      }
      now = end;
    },
    empty: () => memory.reset(),
  };
}
