import { describe, onTestFinished } from 'vitest';
import { createResolvedServer } from '../../src/create-counter-server.ts';
import type { CounterServer, CounterServerOptions } from '../../src/index.ts';
import type { EngineName, Heartbeat } from '../../src/io/transport.ts';
import { resolveServerOptions } from '../../src/options/resolve-options.ts';

/** The engines that serve the counter's own connections. All of them follow the same rules. */
export const engines: readonly EngineName[] = ['lean', 'socket.io'];

export interface EngineOptions extends CounterServerOptions {
  /** @default DEFAULT_HEARTBEAT */
  heartbeat?: Heartbeat;
}

export interface StartedCounter {
  counter: CounterServer;
  url: string;
  port: number;
}

/** A counter with this engine. It listens nowhere, and is closed when the test ends. */
export function createEngine(engine: EngineName, options: EngineOptions = {}): CounterServer {
  const { heartbeat, ...rest } = options;
  const resolved = resolveServerOptions({ host: '127.0.0.1', port: 0, engine, ...rest });
  const counter = createResolvedServer({ ...resolved, ...(heartbeat && { heartbeat }) });
  onTestFinished(() => counter.close());
  return counter;
}

/** The same on a free loopback port. */
export async function startEngine(engine: EngineName, options?: EngineOptions): Promise<StartedCounter> {
  const counter = createEngine(engine, options);
  const { url, port } = await counter.listen();
  return { counter, url, port };
}

/** Starts a counter with the engine of the suite. */
export type StartCounter = (options?: EngineOptions) => Promise<StartedCounter>;

/** A suite of the contract, for each engine. */
export function inEachEngine(
  title: string,
  suite: (startCounter: StartCounter, engine: EngineName) => void,
): void {
  describe.each(engines)(`${title}: %s`, (engine) =>
    suite((options) => startEngine(engine, options), engine),
  );
}
