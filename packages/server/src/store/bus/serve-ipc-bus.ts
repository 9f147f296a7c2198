import type { Bus, BusCommand, BusLink } from './bus.ts';
import type { IpcChannel } from './ipc-channel.ts';

/**
 * What may wait for a worker before its links are cut, in characters. One that is stopped takes nothing, and would
 * otherwise cost this process ever more memory; it makes a new link once it runs again.
 */
const MAX_BACKLOG = 4_000_000;

/**
 * Lets the worker at the other end of `line` use `bus`. The other side is `createIpcBus`.
 *
 * @returns the end: the worker's links are closed.
 */
export function serveIpcBus(bus: Bus, line: IpcChannel, maxBacklog: number = MAX_BACKLOG): () => void {
  const links = new Map<number, BusLink>();
  let isEnded = false;

  function drop(link: number, reason: string): void {
    if (!isEnded && links.has(link)) line.send(['down', link, reason]);
    links.get(link)?.close();
    links.delete(link);
  }

  async function connect(number: number): Promise<void> {
    const link = await bus.connect({
      message(channel, message) {
        if (line.backlog() > maxBacklog) drop(number, 'this worker does not take what the others say');
        else if (links.has(number)) line.send(['message', number, channel, message]);
      },
      down: (error) => drop(number, error.message),
    });
    if (isEnded) link.close();
    else links.set(number, link);
  }

  function linkOf(number: number): BusLink {
    const link = links.get(number);
    if (!link) throw new Error('this link has been closed');
    return link;
  }

  async function serve(kind: string, link: number, details: unknown): Promise<unknown> {
    switch (kind) {
      case 'connect':
        return connect(link);
      case 'run':
        return linkOf(link).run(details as BusCommand[]);
      case 'subscribe':
        return linkOf(link).subscribe(details as string[]);
      case 'unsubscribe':
        return linkOf(link).unsubscribe(details as string[]);
      default:
        throw new Error(`the bus does not know "${kind}"`);
    }
  }

  line.listen((frame) => {
    if (isEnded) return;
    if (frame[0] === 'close') {
      const [, link] = frame as [string, number];
      links.get(link)?.close();
      links.delete(link);
      return;
    }
    const [kind, number, link, details] = frame as [string, number, number, unknown];
    void serve(kind, link, details).then(
      (value) => line.send(['done', number, value]),
      (error: Error) => line.send(['failed', number, error.message]),
    );
  });

  return () => {
    isEnded = true;
    for (const link of links.values()) link.close();
    links.clear();
  };
}
