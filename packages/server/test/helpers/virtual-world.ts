import type { Clock } from '../../src/core/ports.ts';
import type { Bus, BusLink } from '../../src/store/bus/bus.ts';
import { createMemoryBus } from '../../src/store/bus/memory-bus.ts';

/** How long anything is under way between a machine and the bus, in virtual ms. */
const LATENCY_MS = 1;

/** One machine of a virtual world: what runs on it sees its own clock and its own way to the bus. */
export interface Machine {
  clock: Clock;
  bus: Bus;
  /** Nothing runs on it, and what comes in waits. */
  freeze(): void;
  wake(): void;
  /** Nothing gets from it to the bus or back, and nobody is told. */
  cut(): void;
  heal(): void;
  /** It is gone for good; the bus notices at once. */
  kill(): void;
}

/** Machines around a bus in memory, on a clock that moves only when it is told to. */
export interface World {
  now(): number;
  machine(): Machine;
  /** Runs `task` once, on no machine. */
  later(delayMs: number, task: () => void): void;
  /** Runs all that falls due within `ms`, each thing at its own time. */
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
    /** What has arrived, or falls due, while nothing runs: input first, as an event loop reads it. */
    let input: (() => void)[] = [];
    let due: (() => void)[] = [];
    let outside: (() => void)[] = [];
    const links = new Set<BusLink>();

    const onMachine = (queue: () => (() => void)[], run: () => void): void => {
      if (state === 'running') run();
      else if (state === 'frozen') queue().push(run);
    };
    /** Something is on its way between this machine and the bus. */
    const pass = (run: () => void): void => {
      later(LATENCY_MS, () => {
        if (isCut) outside.push(run);
        else run();
      });
    };
    const arrive = (run: () => void): void => pass(() => onMachine(() => input, run));

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

    /** Asks the bus for something and brings the answer back. */
    function ask<T>(question: () => Promise<T>): Promise<T> {
      return new Promise((resolve, reject) => {
        pass(() => {
          question().then(
            (value) => arrive(() => resolve(value)),
            (error: unknown) =>
              arrive(() => reject(error instanceof Error ? error : new Error(String(error)))),
          );
        });
      });
    }

    const bus: Bus = {
      connect: (events) =>
        ask(async () => {
          let isOpen = true;
          const link = await memory.connect({
            message: (channel, message) => {
              arrive(() => {
                if (isOpen) events.message(channel, message);
              });
            },
            down: (error) => {
              arrive(() => {
                if (isOpen) events.down(error);
              });
            },
          });
          links.add(link);
          return {
            run: (commands) => ask(() => link.run(commands)),
            subscribe: (channels) => ask(() => link.subscribe(channels)),
            unsubscribe: (channels) => ask(() => link.unsubscribe(channels)),
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

  /** Lets everything that was promised happen. */
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
