import type { Frame, IpcChannel } from '../store/bus/ipc-channel.ts';

/** One end of the channel that Node opens between a process and its child. */
export interface IpcEnd {
  /** Calls `done` once the message is on its way, or cannot be sent any more. */
  send(message: unknown, done: () => void): void;
}

/** Several lines over one channel. What is sent in one turn of the event loop leaves as one message. */
export interface Ipc {
  line(topic: string): IpcChannel;
  /** Takes a message from the other end. What is none of ours is let pass. */
  receive(message: unknown): void;
  /** Sends what waits for the end of the turn, and calls `done` once it is on its way. */
  flush(done: () => void): void;
}

type Packet = [topic: string, frame: Frame][];

export function createIpc(end: IpcEnd): Ipc {
  const listeners = new Map<string, (frame: Frame) => void>();
  let packet: Packet = [];
  let packetSize = 0;
  let backlog = 0;
  let planned: NodeJS.Immediate | undefined;

  function flush(done?: () => void): void {
    clearImmediate(planned);
    planned = undefined;
    const [message, size] = [packet, packetSize];
    packet = [];
    packetSize = 0;
    end.send({ liveOnline: message }, () => {
      backlog -= size;
      done?.();
    });
  }

  return {
    line: (topic) => ({
      send(frame) {
        const size = sizeOf(frame);
        packet.push([topic, frame]);
        packetSize += size;
        backlog += size;
        planned ??= setImmediate(flush);
      },
      listen: (listener) => void listeners.set(topic, listener),
      backlog: () => backlog,
    }),
    receive(message) {
      const received = (message as { liveOnline?: unknown } | null)?.liveOnline;
      if (!Array.isArray(received)) return;
      for (const [topic, frame] of received as Packet) listeners.get(topic)?.(frame);
    },
    flush,
  };
}

/** The characters of a frame, roughly: what is not text counts as little. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length + 8;
  if (Array.isArray(value)) return value.reduce<number>((size, part) => size + sizeOf(part), 8);
  if (value instanceof Map) return sizeOf([...value.keys()]) + sizeOf([...value.values()]);
  return 8;
}
