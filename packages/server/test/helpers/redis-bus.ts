import { onTestFinished } from 'vitest';
import type { BusLink } from '../../src/store/mesh/bus.ts';
import { createRedisBus } from '../../src/store/redis/redis-bus.ts';
import type { RedisTarget } from '../../src/store/redis/target.ts';

export interface HeardLink extends BusLink {
  /** What was heard, as `channel=message`. */
  readonly heard: string[];
  readonly down: Error[];
}

/** Connects a link that writes down all that it is told, and ends with the test. */
export async function openLink(target: RedisTarget, prefix = 'live-online'): Promise<HeardLink> {
  const heard: string[] = [];
  const down: Error[] = [];
  const link = await createRedisBus(target, prefix).connect({
    message: (channel, message) => heard.push(`${channel}=${message}`),
    down: (error) => down.push(error),
  });
  onTestFinished(() => link.close());
  return { ...link, heard, down };
}

/** Why a link could not be made. */
export async function failureOf(target: RedisTarget, prefix = 'live-online'): Promise<Error> {
  try {
    await openLink(target, prefix);
  } catch (error) {
    return error as Error;
  }
  throw new Error('the link was made');
}
