import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, vi } from 'vitest';
import { createCounterServer, type CounterServer, type CounterServerOptions } from '../../src/index.ts';
import { openPage } from './page.ts';

/** A counter without a port of its own, closed when the test ends. */
export function createCounter(options?: CounterServerOptions): CounterServer {
  const counter = createCounterServer(options);
  onTestFinished(() => counter.close());
  return counter;
}

/** Makes a host's server listen on a free loopback port. Returns its URL without a slash at the end. */
export async function startHost(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What a host's server answers, as text. */
export async function bodyOf(url: string, init?: RequestInit): Promise<string> {
  return (await fetch(url, init)).text();
}

/** Visits the counter of a host: the script, a probe, and a page that is counted. */
export async function expectCounterAt(base: string, path = '/live-online/'): Promise<void> {
  expect(await bodyOf(`${base}${path}`)).toContain('locWidget');
  expect(await bodyOf(`${base}${path}live-online.js`)).toContain('locWidget');
  expect(await bodyOf(`${base}${path}readyz`)).toBe('ready\n');
  expect((await fetch(`${base}${path}nothing`)).status).toBe(404);
  const page = openPage(base, { path: `${path}socket.io`, origin: 'https://a.example' });
  await page.receives(1);
  page.leave();
}

/** Collects the warnings of the process until the test ends. */
export function collectWarnings(): string[] {
  const warnings: string[] = [];
  const add = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', add);
  onTestFinished(() => void process.off('warning', add));
  return warnings;
}

/** Waits until a warning that contains `text` was shown, and expects it once. */
export async function expectOneWarning(warnings: readonly string[], text: string): Promise<void> {
  await vi.waitFor(() => expect(warnings.join()).toContain(text));
  expect(warnings.filter((warning) => warning.includes(text))).toHaveLength(1);
}
