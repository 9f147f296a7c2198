import { onTestFinished } from 'vitest';
import { createCounterServer, type CounterServer, type CounterServerOptions } from '@live-online/server';

/** The built counter on a free port, closed when the test ends. */
export async function startCounter(
  options: CounterServerOptions = {},
): Promise<{ counter: CounterServer; port: number; url: string }> {
  const counter = createCounterServer({ port: 0, ...options });
  onTestFinished(() => counter.close());
  const { port } = await counter.listen();
  return { counter, port, url: `http://localhost:${port}/` };
}

/** The two lines that a site's owner puts into a page. */
export function recipe(url: string, before = ''): string {
  return `<script src="${url}"></script><script>${before}locWidget.init()</script>`;
}
