import type { Bus, BusCommand, BusEvents, BusLink, BusReply } from './bus.ts';

/** A bus within one process: hashes in a map, channels that deliver at once. */
export interface MemoryBus extends Bus {
  /** Ends every link and forgets everything, as a Redis that is killed and comes back empty does. */
  reset(): void;
}

interface Member {
  readonly events: BusEvents;
  readonly channels: Set<string>;
}

/**
 * Creates an empty bus. Keys do not expire on it: it lives no longer than those who use it.
 */
export function createMemoryBus(): MemoryBus {
  const hashes = new Map<string, Map<string, string>>();
  const members = new Set<Member>();

  function publish(channel: string, message: string): number {
    const listeners = [...members].filter(({ channels }) => channels.has(channel));
    for (const { events } of listeners) events.message(channel, message);
    return listeners.length;
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
      case 'PUBLISH':
        return publish(key, rest[0]!);
      case 'NUMSUB':
        return new Map(
          [key, ...rest].map((channel) => [
            channel,
            [...members].filter(({ channels }) => channels.has(channel)).length,
          ]),
        );
    }
  }

  function link(events: BusEvents): BusLink {
    const member: Member = { events, channels: new Set() };
    members.add(member);
    const assertOpen = (): void => {
      if (!members.has(member)) throw new Error('this link has been closed');
    };
    return {
      async run(commands) {
        assertOpen();
        return commands.map(runOne);
      },
      async subscribe(channels) {
        assertOpen();
        for (const channel of channels) member.channels.add(channel);
      },
      async unsubscribe(channels) {
        for (const channel of channels) member.channels.delete(channel);
      },
      connectionOf: () => '',
      close: () => void members.delete(member),
    };
  }

  return {
    connect: async (events) => link(events),
    reset() {
      hashes.clear();
      const lost = [...members];
      members.clear();
      for (const { events } of lost) events.down(new Error('the bus was reset'));
    },
  };
}
