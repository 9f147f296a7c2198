import { onTestFinished } from 'vitest';
import { createCounterServer, type CounterServer, type CounterServerOptions } from '../../src/index.ts';

/** A counter on a free loopback port, closed when the test ends. */
export async function startCounter(
  options: CounterServerOptions = {},
): Promise<{ counter: CounterServer; url: string; port: number }> {
  const counter = createCounterServer({ host: '127.0.0.1', port: 0, ...options });
  onTestFinished(() => counter.close());
  const { url, port } = await counter.listen();
  return { counter, url, port };
}
