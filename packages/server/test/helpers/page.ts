import { io, type Socket } from 'socket.io-client';
import { onTestFinished } from 'vitest';
import type { CounterClientEvents, CounterHandshake, CounterServerEvents } from '@live-online/protocol';
import { createUntil } from './until.ts';

/** A page as the server sees it: a stock socket.io-client that remembers all it hears. */
export interface Page {
  socket: Socket<CounterServerEvents, CounterClientEvents>;
  /** Every total heard, oldest first. */
  totals: number[];
  /** Waits until the newest total heard is `total`. */
  hears(total: number): Promise<void>;
  /** Waits until the server has refused the page, and returns what it said. */
  refusal(): Promise<{ message: string; data?: unknown }>;
  /** Waits until the connection is gone and returns why. */
  gone(): Promise<string>;
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
  let refused: { message: string; data?: unknown } | undefined;
  let reason: string | undefined;
  const { check, until } = createUntil();
  socket.on('total', (total) => {
    totals.push(total);
    check();
  });
  socket.on('connect_error', (error) => {
    refused = error;
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
    hears: async (total) => {
      await until(
        () => totals.at(-1) === total || undefined,
        () => `a total of ${total}; the page heard ${totals.join(', ') || 'nothing'}`,
        30_000,
      );
    },
    refusal: () =>
      until(
        () => refused,
        () => 'the page to be rejected',
        30_000,
      ),
    gone: () =>
      until(
        () => reason,
        () => 'the end of the connection',
        20_000,
      ),
    leave: () => void socket.close(),
  };
}
