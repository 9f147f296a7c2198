import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, readJson } from './api.ts';
import { pollDelay } from './poll-delay.ts';

/** An answer of the API that is read again and again. */
export interface Resource<Answer> {
  /** The newest answer. It stays while later requests fail. */
  data: Answer | undefined;
  /** When `data` came, in ms since the epoch. */
  at: number;
  /** Why the latest request failed: the server is out of reach, or its message. */
  failure: { isOffline: boolean; message: string; status: number | undefined } | undefined;
  retry: () => void;
}

type State<Answer> = Omit<Resource<Answer>, 'retry'> & { path: string | undefined };

/**
 * Reads `path` now and every `intervalMs`, while the page is visible.
 *
 * @param path `undefined` reads nothing.
 */
export function useResource<Answer>(path: string | undefined, intervalMs: number): Resource<Answer> {
  const [state, setState] = useState<State<Answer>>(emptyState(path));
  const retryRef = useRef<() => void>(() => {});
  useEffect(() => {
    if (path === undefined) return undefined;
    const poll = startPoll<Answer>(path, intervalMs, (change) =>
      setState((before) => ({ ...(before.path === path ? before : emptyState(path)), ...change })),
    );
    retryRef.current = poll.now;
    return poll.stop;
  }, [path, intervalMs]);
  const retry = useCallback(() => retryRef.current(), []);
  const current = state.path === path ? state : emptyState<Answer>(path);
  return { ...current, retry };
}

function emptyState<Answer>(path: string | undefined): State<Answer> {
  return { path, data: undefined, at: 0, failure: undefined };
}

type Change<Answer> = Partial<Omit<State<Answer>, 'path'>>;

function startPoll<Answer>(path: string, intervalMs: number, onChange: (change: Change<Answer>) => void) {
  let isStopped = false;
  let isReading = false;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function read(): Promise<void> {
    if (isReading || isStopped) return;
    clearTimeout(timer);
    isReading = true;
    const begin = performance.now();
    try {
      const data = await readJson<Answer>(path);
      failures = 0;
      if (!isStopped) onChange({ data, at: Date.now(), failure: undefined });
    } catch (error) {
      failures++;
      if (!isStopped) onChange({ failure: failureOf(error) });
    }
    isReading = false;
    const tookMs = performance.now() - begin;
    if (!isStopped) timer = setTimeout(readIfVisible, pollDelay({ intervalMs, tookMs, failures }));
  }

  function readIfVisible(): void {
    if (document.visibilityState === 'visible') void read();
  }

  document.addEventListener('visibilitychange', readIfVisible);
  addEventListener('online', readIfVisible);
  void read();
  return {
    now: () => void read(),
    stop(): void {
      isStopped = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', readIfVisible);
      removeEventListener('online', readIfVisible);
    },
  };
}

function failureOf(error: unknown): Resource<unknown>['failure'] {
  if (error instanceof ApiError) return { isOffline: false, message: error.message, status: error.status };
  return { isOffline: true, message: 'The server cannot be reached.', status: undefined };
}
