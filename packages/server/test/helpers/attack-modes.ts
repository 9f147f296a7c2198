import { onTestFinished } from 'vitest';
import type { CounterServerOptions } from '@live-online/server';
import { startRedis, type Redis } from './redis.ts';
import { startTarget, type Target, type TargetKind } from './target.ts';

/** One way to run a counter that is attacked. */
export interface AttackMode {
  name: string;
  engine: NonNullable<CounterServerOptions['engine']>;
  kind: TargetKind;
  /** Whether it adds up over a Redis. */
  isShared: boolean;
  /** Whether it also serves polling. All of them serve server-sent events. */
  hasPolling: boolean;
}

/**
 * An attack that meets these three has met each engine, a counter alone and attached, one process and workers, memory and
 * Redis, and all three transports: every value of each choice stands in at least one row.
 */
export const attackModes: readonly AttackMode[] = [
  { name: 'lean, attached, memory', engine: 'lean', kind: 'express', isShared: false, hasPolling: false },
  { name: 'lean, alone, workers, Redis', engine: 'lean', kind: 'workers', isShared: true, hasPolling: false },
  { name: 'socket.io, alone, Redis', engine: 'socket.io', kind: 'own', isShared: true, hasPolling: true },
];

export interface AttackedTarget extends Target {
  mode: AttackMode;
  redis: Redis | undefined;
}

/** Starts the counter of a mode. @param finished called with what ends it */
export async function startMode(
  mode: AttackMode,
  options: CounterServerOptions = {},
  finished: (end: () => Promise<void>) => void = onTestFinished,
): Promise<AttackedTarget> {
  const redis = mode.isShared ? await startRedis({}, finished) : undefined;
  const target = await startTarget(
    mode.kind,
    {
      engine: mode.engine,
      ...(mode.hasPolling && { transports: ['polling', 'websocket'] }),
      decreaseDelayMs: 0,
      minUpdateIntervalMs: 10,
      ...options,
    },
    redis?.url,
  );
  finished(() => target.close());
  return { ...target, mode, redis };
}
