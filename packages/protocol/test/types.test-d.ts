import { describe, expectTypeOf, it } from 'vitest';
import {
  isRejection,
  isTotal,
  parseHandshake,
  type CounterClientEvents,
  type CounterHandshake,
  type CounterServerEvents,
  type Rejection,
  type TotalDetails,
} from '../src/index.ts';

describe('types', () => {
  it('[P6] a total is a number first, details second', () => {
    expectTypeOf<Parameters<CounterServerEvents['total']>>().toEqualTypeOf<
      [total: number, details?: TotalDetails | undefined]
    >();
    expectTypeOf<(total: number) => void>().toExtend<CounterServerEvents['total']>();
  });

  it('[P22] a client has the events page and tabs, with one argument', () => {
    expectTypeOf<keyof CounterClientEvents>().toEqualTypeOf<'page' | 'tabs'>();
    expectTypeOf<Parameters<CounterClientEvents['page']>>().toEqualTypeOf<[path: string]>();
    expectTypeOf<Parameters<CounterClientEvents['tabs']>>().toEqualTypeOf<[tabs: number]>();
  });

  it('[P23] the count of a page is a number first, details second', () => {
    expectTypeOf<Parameters<CounterServerEvents['page']>>().toEqualTypeOf<
      [count: number, details?: { stale?: boolean } | undefined]
    >();
  });

  it('[P4] no field of a handshake is required', () => {
    expectTypeOf<{}>().toExtend<CounterHandshake>();
  });

  it('[P7] guards narrow the type of a received value', () => {
    const value = 5 as unknown;
    if (isTotal(value)) expectTypeOf(value).toEqualTypeOf<number>();
    if (isRejection(value)) expectTypeOf(value).toEqualTypeOf<Rejection>();
    const result = parseHandshake(value);
    if (result.ok) expectTypeOf(result.handshake).toEqualTypeOf<CounterHandshake>();
    else expectTypeOf(result.code).toEqualTypeOf<Rejection['code']>();
  });
});
