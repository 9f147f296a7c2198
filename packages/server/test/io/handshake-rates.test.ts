import { describe, expect, it } from 'vitest';
import { HandshakeRates } from '../../src/io/admission/handshake-rates.ts';
import { resolveServerOptions } from '../../src/options/resolve-options.ts';

const NONE = { burst: Infinity, perSecond: Infinity };

function createRates(perAddress = { burst: 3, perSecond: 1 }, inAll = NONE) {
  const clock = { now: 0 };
  const rates = new HandshakeRates({ perAddress, inAll }, () => clock.now);
  const takeMany = (address: string | undefined, times: number) =>
    Array.from({ length: times }, () => rates.take(address)).filter(Boolean).length;
  return { clock, rates, takeMany };
}

describe('rates of handshakes', () => {
  it('[C11] [SEC20] an address has a burst, and then its rate, beside all others', () => {
    const { clock, rates, takeMany } = createRates();
    expect(takeMany('192.0.2.1', 5)).toBe(2);
    expect(rates.take('192.0.2.1')).toBe('handshakesPerSecondPerAddress');
    expect(rates.take('192.0.2.2')).toBeUndefined();
    clock.now = 2_000;
    expect(takeMany('192.0.2.1', 3)).toBe(1);
    clock.now = 3_600_000;
    expect(takeMany('192.0.2.1', 4)).toBe(1);
  });

  it('[C11] [SEC20] a flood from one address takes no token from all others', () => {
    const { rates, takeMany } = createRates({ burst: 2, perSecond: 1 }, { burst: 4, perSecond: 1 });
    expect(takeMany('192.0.2.1', 1_000)).toBe(998);
    expect([rates.take('192.0.2.2'), rates.take(undefined)]).toEqual([undefined, undefined]);
    expect(rates.take('192.0.2.3')).toBe('handshakesPerSecond');
    expect(rates.take(undefined)).toBe('handshakesPerSecond');
  });

  it('[C11] [SEC20] 30,000 addresses change nothing for one that goes on', () => {
    const { rates, takeMany } = createRates();
    expect(takeMany('192.0.2.1', 4)).toBe(1);
    for (let address = 0; address < 30_000; address++) {
      rates.take(`2001:db8:0:${address.toString(16)}::/64`);
      if (address % 3_000 === 0) expect(rates.take('192.0.2.1')).toBe('handshakesPerSecondPerAddress');
    }
  });

  it('[C11] the defaults let 1,000 people of one address, and 10,000 clients of this machine, reconnect at once', () => {
    const { handshakes } = resolveServerOptions({}).httpBounds;
    const rates = new HandshakeRates(handshakes, () => 0);
    const rejected = (address: string | undefined, times: number) =>
      Array.from({ length: times }, () => rates.take(address)).filter(Boolean).length;
    expect(rejected('192.0.2.1', 1_000)).toBe(0);
    expect(rejected('192.0.2.1', 1)).toBe(1);
    expect(handshakes.countLoopback).toBe(false);
    expect(rejected(undefined, 10_000)).toBe(0);
  });
});
