import type { Bus, BusEvents } from './bus.ts';
import type { IpcChannel } from './ipc-channel.ts';

/** The bus of the primary process, for a worker. `serveIpcBus` is the other end. */
export function createIpcBus(channel: IpcChannel): Bus {
  const requests = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const links = new Map<number, BusEvents>();
  let lastNumber = 0;

  function request<T>(kind: string, link: number, ...details: unknown[]): Promise<T> {
    const number = ++lastNumber;
    return new Promise((resolve, reject) => {
      requests.set(number, { resolve, reject });
      channel.send([kind, number, link, ...details]);
    });
  }

  channel.listen((frame) => {
    const [kind, number, value, message] = frame as [string, number, unknown, string];
    const pending = requests.get(number);
    const events = links.get(number);
    switch (kind) {
      case 'done':
        requests.delete(number);
        return pending?.resolve(value);
      case 'failed':
        requests.delete(number);
        return pending?.reject(new Error(value as string));
      case 'message':
        return events?.message(value as string, message);
      case 'down':
        links.delete(number);
        return events?.down(new Error(value as string));
    }
  });

  return {
    async connect(events) {
      const link = ++lastNumber;
      // Before the reply: a message may arrive in the same turn.
      links.set(link, events);
      try {
        await request('connect', link);
      } catch (error) {
        links.delete(link);
        throw error;
      }
      return {
        run: (commands) => request('run', link, commands),
        subscribe: (channels) => request('subscribe', link, channels),
        unsubscribe: (channels) => request('unsubscribe', link, channels),
        connectionOf: () => '',
        close() {
          if (links.delete(link)) channel.send(['close', link]);
        },
      };
    },
  };
}
