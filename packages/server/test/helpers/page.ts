import { io, type Socket } from 'socket.io-client';
import { expect, onTestFinished, vi } from 'vitest';
import type { CounterClientEvents, CounterHandshake, CounterServerEvents } from '@live-online/protocol';

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
  socket.on('total', (total) => totals.push(total));
  socket.on('connect_error', (error) => (refused = error));
  socket.on('disconnect', (why) => (reason = why));
  onTestFinished(() => void socket.close());
  return {
    socket,
    totals,
    hears: (total) => vi.waitFor(() => expect(totals.at(-1)).toBe(total), { timeout: 10_000, interval: 5 }),
    refusal: () =>
      vi.waitFor(() => {
        expect(refused, 'the page must be refused').toBeDefined();
        return refused!;
      }, 10_000),
    gone: () =>
      vi.waitFor(() => {
        expect(reason, 'the page must be let go').toBeDefined();
        return reason!;
      }, 20_000),
    leave: () => void socket.close(),
  };
}
