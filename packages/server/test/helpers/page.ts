import { io, type Socket } from 'socket.io-client';
import { onTestFinished } from 'vitest';
import type { CounterClientEvents, CounterHandshake, CounterServerEvents } from '@live-online/protocol';
import { createUntil } from './until.ts';

/** A page as the server sees it: a stock socket.io-client that buffers all totals. */
export interface Page {
  socket: Socket<CounterServerEvents, CounterClientEvents>;
  /** Every total received, oldest first. */
  totals: number[];
  /** Waits until the newest total is `total`. */
  receives(total: number): Promise<void>;
  /** Waits until the server has rejected the page, and returns the error. */
  rejection(): Promise<{ message: string; data?: unknown }>;
  /** Waits until the connection is closed, and returns the reason. */
  closed(): Promise<string>;
  leave(): void;
}

export interface PageOptions {
  origin?: string;
  auth?: CounterHandshake | Record<string, unknown>;
  path?: string;
  transports?: ('websocket' | 'polling')[];
  headers?: Record<string, string>;
}

export function openPage(url: string, options: PageOptions = {}): Page {
  const { origin, auth = {}, headers, ...rest } = options;
  const socket: Page['socket'] = io(url, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth,
    extraHeaders: { ...(origin !== undefined && { origin }), ...headers },
    ...rest,
  });
  const totals: number[] = [];
  let rejected: { message: string; data?: unknown } | undefined;
  let reason: string | undefined;
  const { check, until } = createUntil();
  socket.on('total', (total) => {
    totals.push(total);
    check();
  });
  socket.on('connect_error', (error) => {
    rejected = error;
    check();
  });
  socket.on('disconnect', (why) => {
    reason = why;
    check();
  });
  onTestFinished(() => void socket.close());
  return {
    socket,
    totals,
    receives: async (total) => {
      await until(
        () => totals.at(-1) === total || undefined,
        () => `a total of ${total}; the page received ${totals.join(', ') || 'nothing'}`,
        30_000,
      );
    },
    rejection: () =>
      until(
        () => rejected,
        () => 'the page to be rejected',
        30_000,
      ),
    closed: () =>
      until(
        () => reason,
        () => 'the end of the connection',
        30_000,
      ),
    leave: () => void socket.close(),
  };
}
