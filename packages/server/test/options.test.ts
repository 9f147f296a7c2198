import { describe, expect, it } from 'vitest';
import { createCounterServer, CounterServerError, type CounterServerOptions } from '../src/index.ts';
import { resolveServerOptions } from '../src/options/resolve-options.ts';

function mistakes(options: unknown): string[] {
  try {
    createCounterServer(options as CounterServerOptions);
  } catch (error) {
    expect(error).toBeInstanceOf(CounterServerError);
    expect(error).toHaveProperty('code', 'options-invalid');
    return (error as Error).message.split('; ');
  }
  return [];
}

describe('options', () => {
  it('[C11] all are optional, and undefined is the default', () => {
    expect(resolveServerOptions({})).toMatchObject({
      port: 8081,
      transports: ['websocket'],
      minUpdateIntervalMs: 100,
      decreaseDelayMs: 1_000,
      limits: {
        maxConnections: 100_000,
        maxPerAddress: 1_000,
        maxPerSite: Infinity,
        maxSites: 10_000,
        maxSitesPerAddress: 100,
      },
      countLoopback: false,
      countBots: false,
      bounds: { maxWaitingBytes: 16_384, packets: { burst: 20, perSecond: 1 }, closeTimeoutMs: 2_000 },
    });
    expect(mistakes({ port: undefined, sites: undefined, maxPerAddress: undefined })).toEqual([]);
  });

  it.each([
    ['/', '/'],
    ['/live', '/live/'],
    ['/live/', '/live/'],
    ['/a/b', '/a/b/'],
  ])('[C10] the path %s is %s', (given, path) => {
    expect(resolveServerOptions({ path: given }).path).toBe(path);
  });

  it('[C11] a limit per address that is set holds for this machine, too', () => {
    expect(resolveServerOptions({ maxPerAddress: 5 }).countLoopback).toBe(true);
  });

  it('[C11] an address may have as many connections without a session as with one, and at least 100', () => {
    const perAddress = (options: CounterServerOptions): unknown => {
      const { maxPendingPerAddress, countLoopback } = resolveServerOptions(options).httpBounds;
      return [maxPendingPerAddress, countLoopback];
    };
    expect(perAddress({})).toEqual([1_000, false]);
    expect(perAddress({ maxPerAddress: 5 })).toEqual([100, true]);
    expect(perAddress({ maxPerAddress: 5_000 })).toEqual([5_000, true]);
    expect(perAddress({ maxPendingPerAddress: 7 })).toEqual([7, true]);
  });

  it('[C11] the burst of handshakes is ten times their rate, unless it is set', () => {
    const rates = (options: CounterServerOptions): unknown => {
      const { perAddress, inAll, countLoopback } = resolveServerOptions(options).httpBounds.handshakes;
      return [perAddress.burst, perAddress.perSecond, inAll.burst, inAll.perSecond, countLoopback];
    };
    expect(rates({})).toEqual([1_000, 100, Infinity, Infinity, false]);
    expect(rates({ maxPerAddress: 5 })).toEqual([1_000, 100, Infinity, Infinity, true]);
    expect(rates({ maxPerAddress: 5_000 })).toEqual([5_000, 500, Infinity, Infinity, true]);
    expect(rates({ maxPerAddress: Infinity })).toEqual([Infinity, Infinity, Infinity, Infinity, true]);
    expect(rates({ handshakesPerSecondPerAddress: 5 })).toEqual([50, 5, Infinity, Infinity, true]);
    expect(rates({ handshakeBurstPerAddress: 7, handshakesPerSecond: 500 })).toEqual([
      7,
      100,
      5_000,
      500,
      true,
    ]);
    expect(rates({ handshakeBurst: 3, handshakesPerSecond: 1 })).toEqual([1_000, 100, 3, 1, false]);
    expect(mistakes({ handshakeBurst: 3 })).toEqual(['handshakeBurst requires handshakesPerSecond']);
    expect(mistakes({ handshakeBurstPerAddress: 3, maxPerAddress: Infinity })).toEqual([
      'handshakeBurstPerAddress requires handshakesPerSecondPerAddress',
    ]);
  });

  it('[C11] one error names every mistake by its path', () => {
    const found = mistakes({
      port: 70_000,
      host: '',
      path: 'no-slashes',
      transports: ['websocket', 'pigeon'],
      maxSites: 0,
      minUpdateIntervalMs: 'fast',
      maxBroadcastCpu: 2,
      trustProxy: ['10.0.0.0/99'],
      sites: ['ok.example', 'https://not.example'],
      colour: 'blue',
      store: {},
    });
    expect(found).toEqual(
      expect.arrayContaining([
        'port must be an integer from 0 to 65535',
        'host must be a hostname or an address',
        'path must begin with a slash, such as /live-online/',
        'transports[1] must be websocket or polling',
        'maxSites must be an integer ≥ 1',
        'minUpdateIntervalMs must be an integer from 10 to 60000 (ms)',
        'maxBroadcastCpu must be at most 1',
        expect.stringMatching(/^trustProxy .*10\.0\.0\.0\/99/),
        expect.stringMatching(/^sites\[1\] "https:\/\/not\.example" is not a hostname/),
        'colour is an unknown option',
        'store must be a store, such as memoryStore()',
      ]),
    );
    expect(found).toHaveLength(11);
  });

  it.each([
    [{ sites: [{ name: 'a.example', token: '' }] }, /^sites\[0\]/],
    [{ sites: 'a.example' }, /^sites must be a list of sites/],
    [{ trustProxy: true }, /^trustProxy must be a list/],
    [{ trustProxy: [] }, /^trustProxy must be a list/],
    [{ transports: [] }, /^transports must name/],
    [{ maxConnections: NaN }, /^maxConnections must be/],
    ['nonsense', /^must be an object/],
    [null, /^must be an object/],
  ])('[C11] %o is rejected', (options, message) => {
    expect(mistakes(options)).toEqual([expect.stringMatching(message)]);
  });
});
