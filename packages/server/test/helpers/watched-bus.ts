import type { Bus, BusCommand, BusLink } from '../../src/store/bus/bus.ts';

/** A bus that records commands, and can drop messages. */
export interface WatchedBus extends Bus {
  /** All commands, oldest first. */
  readonly commands: BusCommand[];
  /** The channels that are subscribed to. */
  readonly channels: Set<string>;
  /** How many links there have been. */
  readonly links: number;
  /** While set, messages are dropped without an error. */
  isDeaf: boolean;
  /** Publishes a message on a channel. */
  publish(channel: string, message: string): Promise<void>;
}

export function watchBus(bus: Bus): WatchedBus {
  const commands: BusCommand[] = [];
  const channels = new Set<string>();
  let links = 0;
  let newest: BusLink | undefined;
  const watched: WatchedBus = {
    commands,
    channels,
    isDeaf: false,
    get links() {
      return links;
    },
    async publish(channel, message) {
      await newest!.run([['PUBLISH', channel, message]]);
    },
    async connect(events) {
      const link = await bus.connect({
        ...events,
        message(channel, message) {
          if (!watched.isDeaf) events.message(channel, message);
        },
      });
      links++;
      channels.clear();
      newest = link;
      return {
        ...link,
        run(all) {
          commands.push(...all);
          return link.run(all);
        },
        subscribe(names) {
          for (const name of names) channels.add(name);
          return link.subscribe(names);
        },
        unsubscribe(names) {
          for (const name of names) channels.delete(name);
          return link.unsubscribe(names);
        },
      };
    },
  };
  return watched;
}
