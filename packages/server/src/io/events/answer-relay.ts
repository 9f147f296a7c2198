/**
 * Brings answers to the process that has the stream, where several processes share one port: a browser's answer may use
 * another connection than its stream, which another process has accepted.
 */
export interface AnswerRelay {
  /** What the ids of the streams of this process begin with. */
  readonly prefix: string;
  /** Passes an answer for a stream that this process does not have to the process that has it. */
  pass(sid: string): void;
  /** Receives the answers that other processes pass to this one. */
  listen(listener: (sid: string) => void): void;
}
