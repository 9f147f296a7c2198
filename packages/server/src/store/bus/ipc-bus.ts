import type { Bus, BusCommand, BusEvents, BusLink, BusReply } from './bus.ts';
import type { IpcChannel } from './ipc-channel.ts';

interface Request {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A worker's way to the bus of its primary process. The other side is `serveIpcBus`. */
export function createIpcBus(line: IpcChannel): Bus {
  const requests = new Map<number, Request>();
  const links = new Map<number, BusEvents>();
  let lastNumber = 0;

  function ask(kind: string, link: number, ...details: unknown[]): Promise<unknown> {
    const number = ++lastNumber;
    return new Promise((resolve, reject) => {
      requests.set(number, { resolve, reject });
      line.send([kind, number, link, ...details]);
    });
  }

  function settle(number: number): Request | undefined {
    const request = requests.get(number);
    requests.delete(number);
    return request;
  }

  line.listen((frame) => {
    switch (frame[0]) {
      case 'done': {
        const [, number, value] = frame as [string, number, unknown];
        return settle(number)?.resolve(value);
      }
      case 'failed': {
        const [, number, reason] = frame as [string, number, string];
        return settle(number)?.reject(new Error(reason));
      }
      case 'message': {
        const [, link, channel, message] = frame as [string, number, string, string];
        return links.get(link)?.message(channel, message);
      }
      case 'down': {
        const [, link, reason] = frame as [string, number, string];
        const events = links.get(link);
        links.delete(link);
        return events?.down(new Error(reason));
      }
    }
  });

  return {
    async connect(events) {
      const link = ++lastNumber;
      // From now on: what is said there may arrive in the same turn as the answer.
      links.set(link, events);
      try {
        await ask('connect', link);
      } catch (error) {
        links.delete(link);
        throw error;
      }
      return {
        run: (commands: readonly BusCommand[]) => ask('run', link, commands) as Promise<readonly BusReply[]>,
        subscribe: (channels) => ask('subscribe', link, channels) as Promise<void>,
        unsubscribe: (channels) => ask('unsubscribe', link, channels) as Promise<void>,
        connectionOf: () => '',
        close() {
          if (links.delete(link)) line.send(['close', link]);
        },
      } satisfies BusLink;
    },
  };
}
