import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page, Request } from 'playwright-core';
import { expect, onTestFinished, vi } from 'vitest';
import {
  createReloadServer,
  type ListenTo,
  type ReloadServer,
  type ReloadServerOptions,
  type SkippedReport,
  type UpdateReport,
} from '@live-online/reload';
import { takePage } from './browsers.ts';
import { startFamily, type Family } from './processes.ts';

const bin = fileURLToPath(new URL('../../packages/reload/bin/live-online-reload.js', import.meta.url));

/** A folder with files in it, which is removed after the test. */
export function makeFolder(files: Record<string, string | Buffer> = {}) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'live-online-reload-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  return { folder, write };
}

/** A line of the log, as JSON. */
interface LogLine {
  event: string;
  url?: string;
  files?: string[];
  pages?: Record<string, number>;
  message?: string;
  state?: string;
}

export interface ReloadTool extends Family {
  url: string;
  logged: (event?: string) => LogLine[];
  /** Sends SIGINT, and waits until the process has ended. */
  stop: () => Promise<void>;
}

/** Runs the command line from its bin. */
export async function runReload(args: string[], { cwd = tmpdir(), cache = '' } = {}): Promise<ReloadTool> {
  const env = { XDG_CACHE_HOME: cache || makeFolder().folder };
  const family = startFamily(process.execPath, [bin, ...args, '--log', 'json'], { cwd, env });
  const logged = (event?: string): LogLine[] =>
    family
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogLine)
      .filter((one) => event === undefined || one.event === event);
  await vi.waitFor(() => expect(logged()[0], family.output()).toMatchObject({ event: 'listening' }));
  const stop = async (): Promise<void> => {
    const ended = once(family.child, 'close');
    family.child.kill('SIGINT');
    await ended;
  };
  return { ...family, url: logged()[0]!.url!, logged, stop };
}

/** A reload server in the process of the test. */
export interface Reload {
  url: string;
  server: ReloadServer;
  /** Every update so far. */
  updates: UpdateReport[];
  /** Every report of files that caused no update. */
  skipped: SkippedReport[];
  /** Resolves when all files have been read. Pages that load later know the digest of their content. */
  read: Promise<void>;
  stop: () => Promise<void>;
  on: ListenTo;
}

/** Does what the command line does, without the 200 ms that a process takes to start. */
export async function startReload(options: ReloadServerOptions): Promise<Reload> {
  const server = createReloadServer({ port: 0, cacheFolder: makeFolder().folder, ...options });
  const updates: UpdateReport[] = [];
  const skipped: SkippedReport[] = [];
  server.on('update', (report) => updates.push(report));
  server.on('skipped', (report) => skipped.push(report));
  const read = new Promise<void>((resolve) => server.on('indexed', () => resolve()));
  onTestFinished(() => server.close());
  const { url } = await server.listen();
  return { url, server, updates, skipped, read, stop: () => server.close(), on: server.on };
}

/** A tab that counts its loads and keeps the errors of its pages. */
export interface Tab {
  page: Page;
  /** How many documents the tab has shown. */
  loads: () => number;
  problems: string[];
}

/** Opens a tab, and waits until its client is connected. */
export async function openTab(context: BrowserContext, url: string): Promise<Tab> {
  // The server sends the version of the content to a page as soon as it is connected.
  const page = await takePage(context, () => {
    const Native = WebSocket;
    window.WebSocket = class extends Native {
      constructor(...args: [url: string | URL, protocols?: string | string[]]) {
        super(...args);
        this.addEventListener('message', ({ data }) => {
          const marks = document.documentElement.dataset;
          if (String(data).includes('["version"')) marks['connected'] = 'true';
          if (String(data).includes('["update"')) marks['updated'] = 'true';
        });
      }
    };
  });
  const problems: string[] = [];
  let loads = 0;
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('domcontentloaded', () => loads++);
  const pending = new Set<Request>();
  page.on('request', (request) => pending.add(request));
  const end = (request: Request): void => void pending.delete(request);
  page.on('requestfinished', end).on('requestfailed', end);
  onTestFinished(() => void page.off('requestfinished', end).off('requestfailed', end));
  const connected = async (): Promise<void> => {
    try {
      await page.waitForSelector('[data-connected]');
    } catch (cause) {
      const html = (await page.content()).slice(0, 500);
      const waiting = [...pending].map((request) => request.url()).join(' ');
      const state = `loads: ${loads}; unanswered: ${waiting}; errors: ${problems.join()}; ${html}`;
      throw new Error(`${page.url()} has no connection; ${state}`, { cause });
    }
  };
  await page.goto(url);
  await connected();
  // The attribute belongs to the test, and a morph would find it. An update may load the page at this moment.
  await vi.waitFor(() => page.evaluate(() => delete document.documentElement.dataset['connected']));
  return { page, loads: () => loads, problems };
}

/** Hides a page or shows it again. A browser under automation reports every tab as visible. */
export async function hide(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
}
