import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ForwardedHeaders } from '../../src/io/admission/forwarded-headers.ts';
import { resolveServerOptions } from '../../src/options/resolve-options.ts';
import { startBoundedCounter } from '../helpers/counter.ts';
import { upgradeRequest } from '../helpers/upgrade.ts';
import { sendHttp } from '../helpers/send-http.ts';

const A = 'https://a.example';
const NAMES = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'cf-connecting-ip'];

/** What is reported for handshakes of these peers. */
function reportsOf(peers: (string | undefined)[], trustProxy?: string[] | number, header = NAMES[0]!) {
  const reports: string[] = [];
  const { trustsProxy } = resolveServerOptions(trustProxy === undefined ? {} : { trustProxy });
  const watch = new ForwardedHeaders(trustsProxy, (message) => reports.push(message));
  for (const remoteAddress of peers) {
    watch.check({ headers: { [header]: '198.51.100.7' }, socket: { remoteAddress } } as never);
  }
  return reports;
}

describe('forwarded headers of a peer that trustProxy does not name', () => {
  it.each(NAMES)('[C11] %s is reported, with the flag to set', (header) => {
    expect(reportsOf(['127.0.0.1'], undefined, header)).toEqual([
      expect.stringMatching(/no limit per address applies.+--trust-proxy loopback/s),
    ]);
    expect(reportsOf(['::ffff:10.0.0.9'], undefined, header)).toEqual([
      expect.stringMatching(/share one address, with its limits: set --trust-proxy/s),
    ]);
  });

  it('[C11] [SEC21] is reported once for each range of addresses, whatever clients send', () => {
    const internet = Array.from({ length: 5_000 }, (_, peer) => `203.0.${peer >> 8}.${peer & 255}`);
    const reports = reportsOf([
      ...internet,
      '::1',
      undefined,
      '127.9.9.9',
      'fd00::1',
      '10.0.0.1',
      ...internet,
    ]);
    expect(reports).toHaveLength(3);
    expect(new Set(reports).size).toBe(3);
    expect(reports.join('\n')).not.toMatch(/\d+\.\d+\.\d+|198\.51/);
  });

  it('[C11] of a trusted peer, and handshakes without them, are not reported', () => {
    expect(reportsOf(['127.0.0.1', '10.0.0.1'], ['loopback', '10.0.0.0/8'])).toEqual([]);
    expect(reportsOf(['203.0.113.1', undefined], 1)).toEqual([]);
    expect(reportsOf(['203.0.113.1', '127.0.0.1'], undefined, 'x-forwarded-host')).toEqual([]);
    expect(reportsOf(['203.0.113.1'], ['loopback'])).toHaveLength(1);
  });

  it.each(['own', 'attached', 'passed on'] as const)(
    '[C11] are the event proxy at the first such handshake, %s',
    async (kind) => {
      const { counter, port, path } = await startBoundedCounter(kind, {});
      const reported: { message: string }[] = [];
      counter.on('proxy', (problem) => void reported.push(problem));
      // A WebSocket of another version is answered, and closed.
      const handshake = (...headers: string[]) =>
        sendHttp(
          port,
          upgradeRequest(A, { headers })
            .replace('/socket.io/', `${path}socket.io/`)
            .replace('Version: 13', 'Version: 1'),
        );
      await handshake();
      expect(reported).toEqual([]);
      await handshake('X-Real-IP: 203.0.113.1');
      await handshake('X-Forwarded-For: 203.0.113.1');
      expect(reported).toEqual([{ message: expect.stringMatching(/--trust-proxy loopback/) }]);
    },
  );

  it('[C11] are a warning of the process if the program does not listen for the event', async () => {
    const { port } = await startBoundedCounter('own', {});
    const warnings: string[] = [];
    const collect = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', collect);
    onTestFinished(() => void process.off('warning', collect));
    await sendHttp(
      port,
      `GET /events?join=0 HTTP/1.1\r\nHost: x\r\nOrigin: ${A}\r\nConnection: close\r\nForwarded: for=192.0.2.1\r\n\r\n`,
    );
    await vi.waitFor(
      () => expect(warnings).toContainEqual(expect.stringMatching(/--trust-proxy loopback/)),
      10_000,
    );
  });
});
