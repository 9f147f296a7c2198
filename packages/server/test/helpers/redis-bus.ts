import { onTestFinished } from 'vitest';
import type { BusLink } from '../../src/store/bus/bus.ts';
import { createRedisBus } from '../../src/store/redis/redis-bus.ts';
import type { RedisTarget } from '../../src/store/redis/target.ts';

export interface RecordedLink extends BusLink {
  /** Messages, as `channel=message`. */
  readonly received: string[];
  readonly down: Error[];
}

/** Opens a link that records its events, and closes with the test. */
export async function openLink(target: RedisTarget, retries = 5): Promise<RecordedLink> {
  const prefix = 'live-online';
  const received: string[] = [];
  const down: Error[] = [];
  const bus = createRedisBus(target, prefix);
  const events = {
    message: (channel: string, message: string) => void received.push(`${channel}=${message}`),
    down: (error: Error) => void down.push(error),
  };
  // On a busy machine Redis can be slow. A store would try again as well.
  const again = (error: Error): Promise<BusLink> => {
    if (!error.message.endsWith('within a second') || retriesLeft-- === 0) throw error;
    return bus.connect(events).catch(again);
  };
  let retriesLeft = retries;
  const link = await bus.connect(events).catch(again);
  onTestFinished(() => link.close());
  return { ...link, received, down };
}

/** The error of a link, after up to `retries` more attempts if there is no reply. */
export async function failureOf(target: RedisTarget, retries = 5): Promise<Error> {
  try {
    await openLink(target, retries);
  } catch (error) {
    return error as Error;
  }
  throw new Error('the link was made');
}
