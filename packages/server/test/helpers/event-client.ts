import { request, type IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import { createUntil } from './until.ts';

const NAMES: Record<string, string> = { 0: 'open', 2: 'ping', 42: 'event', 44: 'rejection' };

/** A client of server-sent events, which buffers what it receives. */
export interface EventClient {
  /** The packet of every event received, oldest first, by the name of its type. */
  events: { name: string; data: unknown }[];
  /** Every total received, oldest first. */
  totals: number[];
  /** Waits for the response, and returns it. */
  response(): Promise<IncomingMessage>;
  /** Waits until the newest total is `total`. */
  receives(total: number): Promise<void>;
  /** Waits for the first event with this name, and returns its data. */
  event(name: string): Promise<unknown>;
  /** Answers the pings so far, as browsers do: by a request of its own. Resolves to its status. */
  answer(): Promise<number>;
  /** Waits for the end of the stream. */
  closed(): Promise<void>;
  leave(): void;
}

export interface EventClientOptions {
  headers?: Record<string, string>;
  /** Whether it answers each ping as soon as it comes. */
  answers?: boolean;
}

/** @param query what follows `events?`. */
export function openEvents(url: string, query = 'join=1', options: EventClientOptions = {}): EventClient {
  const { headers = { origin: 'https://a.example' }, answers = false } = options;
  const client = request(`${url}events?${query}`, { agent: false, headers });
  const events: EventClient['events'] = [];
  const totals: number[] = [];
  const { check, until } = createUntil();
  let response: IncomingMessage | undefined;
  let isClosed = false;
  let text = '';

  function receive(chunk: string): void {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const [, type = '', data = ''] = /^data: (42|44|\d)(.*)$/m.exec(block) ?? [];
      const name = NAMES[type] ?? `packet ${type}`;
      events.push({ name, data: (data ? JSON.parse(data) : undefined) as unknown });
      if (name === 'event') totals.push((events.at(-1)!.data as [string, number])[1]);
      if (name === 'ping' && answers) void answer();
    }
  }

  function answer(): Promise<number> {
    const { sid } = events.find(({ name }) => name === 'open')!.data as { sid: string };
    return postAnswer(url, sid);
  }

  client.on('response', (received) => {
    response = received;
    received.setEncoding('utf8').on('data', (chunk: string) => {
      receive(chunk);
      check();
    });
    check();
  });
  client.on('error', () => {});
  client.on('close', () => {
    isClosed = true;
    check();
  });
  client.end();
  onTestFinished(() => void client.destroy());
  const wait = <Found>(find: () => Found | undefined, what: string): Promise<Found> =>
    until(find, () => `${what}; received ${JSON.stringify(events)}`, 30_000);
  return {
    events,
    totals,
    response: () => wait(() => response, 'a response'),
    receives: async (total) =>
      void (await wait(() => totals.at(-1) === total || undefined, `total ${total}`)),
    event: async (name) => (await wait(() => events.find((event) => event.name === name), name)).data,
    answer,
    closed: async () => void (await wait(() => isClosed || undefined, 'the end of the stream')),
    leave: () => void client.destroy(),
  };
}

/** Answers a ping of a stream, from a connection of its own. Resolves to the status. */
export function postAnswer(url: string, sid: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${url}events?sid=${encodeURIComponent(sid)}`, { method: 'POST', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .on('error', reject)
      .end();
  });
}
