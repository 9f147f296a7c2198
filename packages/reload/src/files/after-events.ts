import type { Clock } from '../core/ports.ts';

/**
 * A clock whose tasks run after the file events that the system has queued when they are due. Timers run before events: a task that
 * decides whether a file still changes has to know all of them.
 */
export function afterEvents(clock: Clock): Clock {
  return {
    now: clock.now,
    schedule(task, delayMs) {
      let immediate: NodeJS.Immediate | undefined;
      const cancel = clock.schedule(() => (immediate = setImmediate(task)), delayMs);
      return () => {
        cancel();
        clearImmediate(immediate);
      };
    },
  };
}
