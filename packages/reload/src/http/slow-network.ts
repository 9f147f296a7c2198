import type { ServerResponse } from 'node:http';
import type { Clock } from '@live-online/internal/clock';

/** How long the first byte takes, and how many bytes follow per second. They are shared by all responses. */
const NETWORKS = {
  'slow-3g': { latencyMs: 400, bytesPerSecond: 50_000 },
  '3g': { latencyMs: 300, bytesPerSecond: 200_000 },
  '4g': { latencyMs: 170, bytesPerSecond: 1_125_000 },
} as const;

type SlowNetworkName = keyof typeof NETWORKS;

/** A part of a body is sent every 50 ms. */
const PARTS_PER_SECOND = 20;
/** The sender of a body waits while more than this is queued. */
const MAX_QUEUED_BYTES = 64 << 10;

/** Starts a response after the latency of the network, and sends its body at the speed of the network. */
export type SlowNetwork = (response: ServerResponse, handle: () => void) => void;

/** @param name the network; `undefined` for responses without delay */
export function createSlowNetwork(name: SlowNetworkName | undefined, clock: Clock): SlowNetwork {
  if (name === undefined) return (_response, handle) => handle();
  const { latencyMs, bytesPerSecond } = NETWORKS[name];
  let freeAtMs = 0;

  /** Runs `task` when the network has transmitted this many bytes after all that it transmits already. */
  function transmit(bytes: number, task: () => void): void {
    freeAtMs = Math.max(clock.now(), freeAtMs) + (bytes / bytesPerSecond) * 1_000;
    clock.schedule(task, freeAtMs - clock.now());
  }

  return (response, handle) => {
    throttle(response, transmit, Math.ceil(bytesPerSecond / PARTS_PER_SECOND));
    const cancel = clock.schedule(handle, latencyMs);
    response.once('close', cancel);
  };
}

type Callback = (error?: Error | null) => void;

interface Queued {
  bytes: Buffer;
  done: Callback | undefined;
}

/** Makes a response queue what is written to it, and send it in parts. */
function throttle(
  response: ServerResponse,
  transmit: (bytes: number, task: () => void) => void,
  partBytes: number,
): void {
  const write = response.write.bind(response);
  const end = response.end.bind(response);
  const queue: Queued[] = [];
  let queuedBytes = 0;
  let isSending = false;
  let onEnd: (() => void) | undefined;

  function sendNext(): void {
    const [first] = queue;
    if (!first) {
      onEnd?.();
      onEnd = undefined;
      return;
    }
    if (isSending) return;
    isSending = true;
    const part = first.bytes.subarray(0, partBytes);
    transmit(part.length, () => {
      isSending = false;
      if (response.destroyed) return void queue.splice(0);
      const wasFull = queuedBytes >= MAX_QUEUED_BYTES;
      queuedBytes -= part.length;
      first.bytes = first.bytes.subarray(part.length);
      const isLast = first.bytes.length === 0;
      if (isLast) queue.shift();
      write(part, isLast ? first.done : undefined);
      if (wasFull && queuedBytes < MAX_QUEUED_BYTES) response.emit('drain');
      sendNext();
    });
  }

  function enqueue(chunk: unknown, rest: readonly unknown[]): void {
    const [encoding] = rest.filter((one) => typeof one === 'string') as BufferEncoding[];
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk as Uint8Array);
    queue.push({ bytes, done: rest.find((one) => typeof one === 'function') as Callback | undefined });
    queuedBytes += bytes.length;
    sendNext();
  }

  response.write = ((chunk: unknown, ...rest: unknown[]) => {
    enqueue(chunk, rest);
    return queuedBytes < MAX_QUEUED_BYTES;
  }) as ServerResponse['write'];
  response.end = ((...args: unknown[]) => {
    const [chunk] = args;
    const done = args.find((one) => typeof one === 'function') as Callback | undefined;
    onEnd = () => void (done ? end(done) : end());
    const isEmpty =
      chunk === undefined || chunk === null || typeof chunk === 'function' || (chunk as string).length === 0;
    if (isEmpty) sendNext();
    else
      enqueue(
        chunk,
        args.slice(1).filter((one) => typeof one !== 'function'),
      );
    return response;
  }) as ServerResponse['end'];
}
