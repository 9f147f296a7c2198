/** What is sent over a line: anything that structured cloning takes, its kind first. */
export type Frame = readonly [kind: string, ...unknown[]];

/**
 * One side of a line between the primary process and a worker. Frames arrive whole, once and in order, or the other
 * side is dead.
 */
export interface IpcChannel {
  /** Sends a frame. It never throws, also where nobody is there any more. */
  send(frame: Frame): void;
  /** Calls `listener` with each frame that arrives; there is one listener. */
  listen(listener: (frame: Frame) => void): void;
  /** How much the other side has not taken yet, in characters, roughly. */
  backlog(): number;
}
