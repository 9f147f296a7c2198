import { onTestFinished } from 'vitest';
import type { BusLink } from '../../src/store/bus/bus.ts';
import { createRedisBus } from '../../src/store/redis/redis-bus.ts';
import type { RedisTarget } from '../../src/store/redis/target.ts';

export interface HeardLink extends BusLink {
  /** What was heard, as `channel=message`. */
  readonly heard: string[];
  readonly down: Error[];
}

/** Connects a link that writes down all that it is told, and ends with the test. */
export async function openLink(target: RedisTarget, patience = 5): Promise<HeardLink> {
  const prefix = 'live-online';
  const heard: string[] = [];
  const down: Error[] = [];
  const bus = createRedisBus(target, prefix);
  const events = {
    message: (channel: string, message: string) => void heard.push(`${channel}=${message}`),
    down: (error: Error) => void down.push(error),
  };
  // A Redis that starves beside other tests is not what they are about: stores would try again as well.
  const again = (error: Error): Promise<BusLink> => {
    if (!error.message.endsWith('within a second') || patient-- === 0) throw error;
    return bus.connect(events).catch(again);
  };
  let patient = patience;
  const link = await bus.connect(events).catch(again);
  onTestFinished(() => link.close());
  return { ...link, heard, down };
}

/** Why a link could not be made, after `patience` more attempts at what does not answer. */
export async function failureOf(target: RedisTarget, patience = 5): Promise<Error> {
  try {
    await openLink(target, patience);
  } catch (error) {
    return error as Error;
  }
  throw new Error('the link was made');
}
