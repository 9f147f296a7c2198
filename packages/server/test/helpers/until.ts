/** Waits for what events bring about, without asking for it again and again. */
export interface Until {
  /** To be called after every event: resolves those whose condition has come true. */
  check(): void;
  /**
   * Resolves with what `find` returns once that is not `undefined`.
   *
   * @throws after `timeoutMs`, saying what was waited for
   */
  until<Found>(find: () => Found | undefined, what: () => string, timeoutMs: number): Promise<Found>;
}

export function createUntil(): Until {
  const looks = new Set<() => void>();
  return {
    check() {
      for (const look of looks) look();
    },
    until(find, what, timeoutMs) {
      return new Promise((resolve, reject) => {
        const giveUp = (): void => {
          looks.delete(look);
          reject(new Error(`waited ${timeoutMs} ms for ${what()}`));
        };
        const timer = setTimeout(giveUp, timeoutMs);
        const look = (): void => {
          const found = find();
          if (found === undefined) return;
          clearTimeout(timer);
          looks.delete(look);
          resolve(found);
        };
        looks.add(look);
        look();
      });
    },
  };
}
