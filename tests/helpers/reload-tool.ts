import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { expect, onTestFinished, vi } from 'vitest';
import { startFamily, type Family } from './processes.ts';

const bin = fileURLToPath(new URL('../../packages/reload/bin/live-online-reload.js', import.meta.url));

/** A folder with files in it, which goes with the test. */
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

/** What the command line has said, one object a line. */
export interface Said {
  event: string;
  url?: string;
  files?: string[];
  pages?: Record<string, number>;
  message?: string;
  state?: string;
}

export interface ReloadTool extends Family {
  url: string;
  said: (event?: string) => Said[];
  /** Ends it as Ctrl-C does, and waits until it has gone. */
  stop: () => Promise<void>;
}

/** Runs the command line, as somebody who has installed it does. */
export async function runReload(args: string[], { cwd = tmpdir(), cache = '' } = {}): Promise<ReloadTool> {
  const env = { XDG_CACHE_HOME: cache || makeFolder().folder };
  const family = startFamily(process.execPath, [bin, ...args, '--log', 'json'], { cwd, env });
  const said = (event?: string): Said[] =>
    family
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Said)
      .filter((one) => event === undefined || one.event === event);
  await vi.waitFor(() => expect(said()[0], family.output()).toMatchObject({ event: 'listening' }), 20_000);
  const stop = async (): Promise<void> => {
    const ended = once(family.child, 'close');
    family.child.kill('SIGINT');
    await ended;
  };
  return { ...family, url: said()[0]!.url!, said, stop };
}

/** A tab that remembers how often it was loaded and what went wrong in it. */
export interface Tab {
  page: Page;
  /** How many documents the tab has shown. */
  loads: () => number;
  problems: string[];
  /** Waits until the page is connected to the reload server. */
  connected: () => Promise<void>;
}

/** Opens a tab and waits until its client has come in. */
export async function openTab(context: BrowserContext, url: string): Promise<Tab> {
  const page = await context.newPage();
  const problems: string[] = [];
  let loads = 0;
  let welcomes = 0;
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('domcontentloaded', () => loads++);
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      if (String(payload).includes('"version"')) welcomes++;
    });
  });
  const connected = (): Promise<void> => vi.waitFor(() => expect(welcomes).toBeGreaterThan(0), 15_000);
  await page.goto(url);
  await connected();
  return { page, loads: () => loads, problems, connected };
}
