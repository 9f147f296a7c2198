import type { Bus, BusCommand, BusLink } from './bus.ts';
import type { IpcChannel } from './ipc-channel.ts';

/**
 * How many characters may wait for a worker before its links are closed. A worker that is stopped receives nothing, and
 * would cost this process ever more memory. It makes a new link once it runs again.
 */
const MAX_BACKLOG = 4_000_000;

/**
 * Lets the worker at the other end of `channel`, which uses `createIpcBus`, use `bus`.
 *
 * @returns closes the worker's links.
 */
export function serveIpcBus(bus: Bus, channel: IpcChannel, maxBacklog: number = MAX_BACKLOG): () => void {
  const links = new Map<number, BusLink>();
  let isClosed = false;

  function drop(number: number): void {
    links.get(number)?.close();
    links.delete(number);
  }

  function fail(number: number, reason: string): void {
    if (!isClosed && links.has(number)) channel.send(['down', number, reason]);
    drop(number);
  }

  async function connect(number: number): Promise<void> {
    const link = await bus.connect({
      message(name, message) {
        if (channel.backlog() > maxBacklog) fail(number, 'backlog limit exceeded: this worker does not read');
        else if (links.has(number)) channel.send(['message', number, name, message]);
      },
      down: (error) => fail(number, error.message),
    });
    if (isClosed) link.close();
    else links.set(number, link);
  }

  async function serve(kind: string, number: number, details: unknown): Promise<unknown> {
    if (kind === 'connect') return connect(number);
    const link = links.get(number);
    if (!link) throw new Error('this link has been closed');
    switch (kind) {
      case 'run':
        return link.run(details as BusCommand[]);
      case 'subscribe':
        return link.subscribe(details as string[]);
      case 'unsubscribe':
        return link.unsubscribe(details as string[]);
      default:
        throw new Error(`unknown request "${kind}"`);
    }
  }

  channel.listen((frame) => {
    if (isClosed) return;
    if (frame[0] === 'close') return drop(frame[1] as number);
    const [kind, number, link, details] = frame as [string, number, number, unknown];
    void serve(kind, link, details).then(
      (value) => channel.send(['done', number, value]),
      (error: Error) => channel.send(['failed', number, error.message]),
    );
  });

  return () => {
    isClosed = true;
    for (const number of [...links.keys()]) drop(number);
  };
}
