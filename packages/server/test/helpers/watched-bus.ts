import type { Bus, BusCommand, BusLink } from '../../src/store/bus/bus.ts';

/** A bus that is watched, and can lose what is said. */
export interface WatchedBus extends Bus {
  /** Everything that was run, oldest first. */
  readonly commands: BusCommand[];
  /** The channels that are listened to. */
  readonly channels: Set<string>;
  /** How many links there have been. */
  readonly links: number;
  /** While set, nothing that is said gets here, and nobody is told so. */
  deaf: boolean;
  /** Says something on a channel, to everybody who listens. */
  say(channel: string, message: string): Promise<void>;
}

export function watchBus(bus: Bus): WatchedBus {
  const commands: BusCommand[] = [];
  const channels = new Set<string>();
  let links = 0;
  let newest: BusLink | undefined;
  const watched: WatchedBus = {
    commands,
    channels,
    deaf: false,
    get links() {
      return links;
    },
    async say(channel, message) {
      await newest!.run([['PUBLISH', channel, message]]);
    },
    async connect(events) {
      const link = await bus.connect({
        ...events,
        message(channel, message) {
          if (!watched.deaf) events.message(channel, message);
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
