import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { onTestFinished } from 'vitest';
import type { ReloadOverlay, ReloadServerEvents, ReloadUpdate } from '@live-online/protocol';
import { assembleReloadServer } from '../../src/create-reload-server.ts';
import type { UpdateReport } from '../../src/events.ts';
import { DEADLINES, type Deadlines } from '../../src/http/own-server.ts';
import type { ReloadServerOptions } from '../../src/options/options.ts';

/** A folder with files. It is deleted after the test. */
export function makeFolder(files: Record<string, string | Buffer> = {}): {
  folder: string;
  write: (name: string, content: string | Buffer) => void;
} {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'live-online-reload-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  return { folder, write };
}

/** A reload server on a free port, by default for a new folder. */
export async function startReload(
  files: Record<string, string>,
  options: ReloadServerOptions = {},
  deadlines: Deadlines = DEADLINES,
) {
  const made = makeFolder(files);
  const cacheFolder = options.cacheFolder ?? makeFolder().folder;
  const all = { folder: made.folder, port: 0, ...options, cacheFolder };
  const server = assembleReloadServer(all, deadlines);
  const warnings: string[] = [];
  const updates: UpdateReport[] = [];
  server.on('warning', (text) => warnings.push(text));
  server.on('update', (report) => updates.push(report));
  const indexed = new Promise<void>((resolve) => server.on('indexed', () => resolve()));
  onTestFinished(() => server.close());
  const { url, port } = await server.listen();
  await server.ready();
  return { ...made, server, options: all, url, port, warnings, updates, indexed };
}

/** The token in the script of the server's pages. */
export async function readToken(url: string, path = '/__live-online/client.js'): Promise<string> {
  const script = await (await fetch(new URL(path, url))).text();
  return /"token":"([\w-]+)"/.exec(script)![1]!;
}

export interface ConnectOptions {
  origin?: string | undefined;
  host?: string;
  auth?: object;
}

/** The socket of a page. It records what it receives. */
export async function connectPage(url: string, { origin, host, auth }: ConnectOptions = {}) {
  const { port } = new URL(url);
  const headers = {
    ...(origin !== undefined && { origin }),
    ...(host !== undefined && { host }),
  };
  const socket = io(`http://127.0.0.1:${port}`, {
    path: '/__live-online/socket.io/',
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    extraHeaders: headers,
    auth: auth ?? { v: 1, token: await readToken(url) },
  }) as Socket<ReloadServerEvents>;
  onTestFinished(() => void socket.disconnect());
  const updates: ReloadUpdate[] = [];
  const overlays: (ReloadOverlay | null)[] = [];
  const versions: { id: string; digest?: string }[] = [];
  socket.on('update', (update) => updates.push(update));
  socket.on('overlay', (overlay) => overlays.push(overlay));
  socket.on('version', (version) => versions.push(version));
  const outcome = await new Promise<{ ok: true } | { ok: false; error: Error & { data?: unknown } }>(
    (resolve) => {
      socket.once('connect', () => resolve({ ok: true }));
      socket.once('connect_error', (error) => resolve({ ok: false, error }));
    },
  );
  return { socket, updates, versions, overlays, ...outcome };
}
