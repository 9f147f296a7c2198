import type { Bus, BusCommand, BusEvents, BusLink, BusReply } from './bus.ts';

/** A bus within one process. Messages are delivered at once. */
export interface MemoryBus extends Bus {
  /** Ends every link and deletes every key, like a Redis that is killed and restarted empty. */
  reset(): void;
}

interface Subscriber {
  readonly events: BusEvents;
  readonly channels: Set<string>;
}

/** Creates an empty bus. Its keys do not expire: it lives no longer than its users. */
export function createMemoryBus(): MemoryBus {
  const hashes = new Map<string, Map<string, string>>();
  const subscribers = new Set<Subscriber>();

  function subscribersOf(channel: string): Subscriber[] {
    return [...subscribers].filter(({ channels }) => channels.has(channel));
  }

  function runOne(command: BusCommand): BusReply {
    const [name, key, ...rest] = command as [BusCommand[0], string, ...string[]];
    switch (name) {
      case 'HSET': {
        const hash = hashes.get(key) ?? new Map<string, string>();
        hashes.set(key, hash);
        const before = hash.size;
        for (let i = 0; i + 1 < rest.length; i += 2) hash.set(rest[i]!, rest[i + 1]!);
        return hash.size - before;
      }
      case 'HDEL': {
        const hash = hashes.get(key);
        const deleted = rest.filter((field) => hash?.delete(field)).length;
        if (hash?.size === 0) hashes.delete(key);
        return deleted;
      }
      case 'HGETALL':
        return new Map(hashes.get(key));
      case 'DEL':
        return hashes.delete(key) ? 1 : 0;
      case 'PEXPIRE':
        return hashes.has(key) ? 1 : 0;
      case 'PUBLISH': {
        const receivers = subscribersOf(key);
        for (const { events } of receivers) events.message(key, rest[0]!);
        return receivers.length;
      }
      case 'NUMSUB':
        return new Map([key, ...rest].map((channel) => [channel, subscribersOf(channel).length]));
    }
  }

  function link(events: BusEvents): BusLink {
    const subscriber: Subscriber = { events, channels: new Set() };
    subscribers.add(subscriber);
    const assertOpen = (): void => {
      if (!subscribers.has(subscriber)) throw new Error('this link has been closed');
    };
    return {
      async run(commands) {
        assertOpen();
        return commands.map(runOne);
      },
      async subscribe(channels) {
        assertOpen();
        for (const channel of channels) subscriber.channels.add(channel);
      },
      async unsubscribe(channels) {
        for (const channel of channels) subscriber.channels.delete(channel);
      },
      connectionOf: () => '',
      close: () => void subscribers.delete(subscriber),
    };
  }

  return {
    connect: async (events) => link(events),
    reset() {
      hashes.clear();
      const lost = [...subscribers];
      subscribers.clear();
      for (const { events } of lost) events.down(new Error('the bus was reset'));
    },
  };
}
