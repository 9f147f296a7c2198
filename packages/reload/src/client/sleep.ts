/** Notices that the page has slept: a dialog was open, the machine was suspended, a debugger held it. */
export interface SleepWatch {
  /** Whether the page has slept since it was asked last. */
  slept(): boolean;
}

const TICK_MS = 500;
const SLEEP_MS = 2_500;

export function watchSleep(): SleepWatch {
  let tickedAt = Date.now();
  let slept = false;
  const look = (): void => {
    // Timers of hidden pages are slow by themselves.
    if (Date.now() - tickedAt > SLEEP_MS && !document.hidden) slept = true;
    tickedAt = Date.now();
  };
  setInterval(look, TICK_MS);
  document.addEventListener('visibilitychange', () => (tickedAt = Date.now()));
  return {
    slept() {
      look();
      const was = slept;
      slept = false;
      return was;
    },
  };
}
