import type { Frame, IpcChannel } from '../store/bus/ipc-channel.ts';

/** One end of the IPC that Node opens between a process and its child. */
export interface IpcEnd {
  /** Calls `done` when the message is sent, or cannot be sent any more. `handle` is a socket that goes with it. */
  send(message: unknown, done: () => void, handle?: object): void;
}

/** Several channels over one IPC. All frames of one turn of the event loop are sent as one message. */
export interface Ipc {
  channel(topic: string): IpcChannel;
  /** Receives a message of the other end. Messages of the application are ignored. */
  receive(message: unknown, handle?: unknown): void;
  /** Sends a socket, after all frames before. */
  sendHandle(handle: object): void;
  /** Calls `listener` with each socket that arrives. There is one listener. */
  onHandle(listener: (handle: object) => void): void;
  /** Sends the frames that wait for the end of the turn, and calls `done` when they are sent. */
  flush(done: () => void): void;
}

type Packet = [topic: string, frame: Frame][];

export function createIpc(end: IpcEnd): Ipc {
  const listeners = new Map<string, (frame: Frame) => void>();
  let packet: Packet = [];
  let packetSize = 0;
  let backlog = 0;
  let scheduled: NodeJS.Immediate | undefined;
  let handleListener = (_handle: object): void => {};

  function flush(done?: () => void, handle?: object): void {
    clearImmediate(scheduled);
    scheduled = undefined;
    const [message, size] = [packet, packetSize];
    packet = [];
    packetSize = 0;
    const sent = (): void => {
      backlog -= size;
      done?.();
    };
    end.send({ liveOnline: message }, sent, handle);
  }

  return {
    channel: (topic) => ({
      send(frame) {
        const size = sizeOf(frame);
        packet.push([topic, frame]);
        packetSize += size;
        backlog += size;
        scheduled ??= setImmediate(() => flush());
      },
      listen: (listener) => void listeners.set(topic, listener),
      backlog: () => backlog,
    }),
    sendHandle: (handle) => flush(undefined, handle),
    onHandle: (listener) => void (handleListener = listener),
    receive(message, handle) {
      const received = (message as { liveOnline?: unknown } | null)?.liveOnline;
      if (!Array.isArray(received)) return;
      for (const [topic, frame] of received as Packet) listeners.get(topic)?.(frame);
      if (handle) handleListener(handle);
    },
    flush: (done) => flush(done),
  };
}

/** The approximate characters of a frame. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length + 8;
  if (Array.isArray(value)) return value.reduce<number>((size, part) => size + sizeOf(part), 8);
  if (value instanceof Map) return sizeOf([...value.keys()]) + sizeOf([...value.values()]);
  return 8;
}
