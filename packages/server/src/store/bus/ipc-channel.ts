/** A message of an IPC channel: anything that structured cloning accepts, its kind first. */
export type Frame = readonly [kind: string, ...unknown[]];

/** One end of a channel between the primary process and a worker. Frames arrive whole, once and in order. */
export interface IpcChannel {
  /** Sends a frame. Never throws, also if the other process has ended. */
  send(frame: Frame): void;
  /** Calls `listener` with each frame that arrives. There is one listener. */
  listen(listener: (frame: Frame) => void): void;
  /** About how many characters the other process has not received yet. */
  backlog(): number;
}
