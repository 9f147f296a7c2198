import { floods, openAttacker } from '@live-online/internal/testing/attacker';
import { describe, expect, it, vi } from 'vitest';
import { startBackend } from '../helpers/backend.ts';
import { connectPage, makeFolder, readToken } from '../helpers/reload-server.ts';
import { startTool } from '../helpers/tool-process.ts';

describe('the update channel, attacked', () => {
  it.each(['folder', 'proxy', 'no-serve'])(
    '[R8] [SEC65] floods end their own connections and do not disturb pages, with %s',
    async (mode) => {
      const { folder } = makeFolder({ 'index.html': '<!doctype html><title>t</title>' });
      const backend = await startBackend((_request, response) => void response.end('home'));
      const args = {
        folder: [folder],
        proxy: [folder, '--proxy', backend.target],
        'no-serve': [folder, '--no-serve'],
      }[mode]!;
      const tool = await startTool(...args);
      const { port } = tool;
      const token = await readToken(tool.url, mode === 'no-serve' ? '/' : undefined);
      const origin = new URL(tool.url).origin;
      const connect = `40${JSON.stringify({ v: 1, token })}`;
      const attacker = {
        port,
        socketPath: '/__live-online/socket.io/',
        origin,
        host: `localhost:${port}`,
        connect,
      };
      const before = tool.measure();
      for (const { rule, bytes, first, reads } of floods) {
        const attackers = await Promise.all(
          Array.from({ length: 2 }, () => openAttacker({ ...attacker, reads })),
        );
        if (first) for (const { socket } of attackers) socket.write(first);
        const ended = await Promise.all(
          attackers.map((one) => one.flood(bytes, { maxBytes: 24 << 20, maxMs: 8_000 })),
        );
        expect(ended, rule).toEqual([true, true]);
        const page = await connectPage(tool.url, {
          origin,
          host: `localhost:${port}`,
          auth: { v: 1, token },
        });
        expect(page, rule).toMatchObject({ ok: true });
        page.socket.disconnect();
      }
      expect(tool.measure().mib - before.mib, 'MiB more').toBeLessThan(48);
      await vi.waitFor(
        () => expect(tool.measure().descriptors).toBeLessThanOrEqual(before.descriptors + 2),
        5_000,
      );
    },
    60_000,
  );
});
