import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BOMB_MIB, decompressionBombs } from '@live-online/internal/testing/decompression-bombs';
import { makeFolder } from '../helpers/reload-server.ts';
import { startTool } from '../helpers/tool-process.ts';

const MEBIBYTE = 1 << 20;
const MAX_MORE_MIB = 75;

describe('a page of a backend that is small until it is decompressed', () => {
  it.each(Object.entries(decompressionBombs))(
    '[R7] [SEC83] 300 MB in %s arrive, and the tool holds a small part of them',
    async (encoding, createBomb) => {
      const bomb = await createBomb('<!doctype html><title>t</title><p>');
      expect(bomb.length).toBeLessThan(2 * MEBIBYTE);
      const backend = createServer((_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Encoding': encoding });
        response.end(bomb);
      }).listen(0, '127.0.0.1');
      await once(backend, 'listening');
      onTestFinished(() => void backend.close());
      const target = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
      const tool = await startTool('--proxy', target, '--watch', makeFolder().folder);
      const before = tool.measure().mib;
      const client = connect(tool.port, '127.0.0.1');
      onTestFinished(() => void client.destroy());
      client.write(
        `GET / HTTP/1.1\r\nHost: localhost:${tool.port}\r\nAccept: text/html\r\nSec-Fetch-Dest: document\r\nConnection: close\r\n\r\n`,
      );
      let [bytes, most, next, begin] = [0, before, 0, ''];
      for await (const chunk of client) {
        if (bytes < 1_000) begin += String(chunk).slice(0, 1_000);
        bytes += (chunk as Buffer).length;
        if (bytes < next) continue;
        next += 4 * MEBIBYTE;
        most = Math.max(most, tool.measure().mib);
      }
      expect(begin).toMatch(/^HTTP\/1\.1 200 [\s\S]*<!doctype html>[\s\S]*\/__live-online\/client\.js/);
      expect(bytes).toBeGreaterThan(BOMB_MIB * MEBIBYTE);
      expect(most - before, 'MiB more').toBeLessThan(MAX_MORE_MIB);
    },
  );
});
