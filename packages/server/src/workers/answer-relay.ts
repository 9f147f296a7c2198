import { randomBytes } from 'node:crypto';
import type { AnswerRelay } from '../io/events/answer-relay.ts';
import type { IpcChannel } from '../store/bus/ipc-channel.ts';

/** What the ids of the streams of a worker begin with. */
const PREFIX_BYTES = 6;
const PREFIX_LENGTH = 2 * PREFIX_BYTES + 1;
/** A worker that does not read is passed no more, in characters that wait for it. Its streams end without answers. */
const MAX_BACKLOG = 100_000;

/** The relay of a worker. The other end of `channel` is an `AnswerExchange`. */
export function createAnswerRelay(channel: IpcChannel): AnswerRelay {
  const prefix = `${randomBytes(PREFIX_BYTES).toString('hex')}-`;
  channel.send(['serves', prefix]);
  return {
    prefix,
    pass: (sid) => channel.send(['answer', sid]),
    listen: (listener) =>
      channel.listen(([kind, sid]) => {
        if (kind === 'answer') listener(sid as string);
      }),
  };
}

/** Passes answers from the worker that has received them to the one that has the stream. */
export class AnswerExchange {
  readonly #channels = new Map<string, IpcChannel>();

  /** Connects a worker. Returns a function that disconnects it. */
  connect(channel: IpcChannel): () => void {
    let served = '';
    channel.listen(([kind, text]) => {
      if (kind === 'serves') this.#channels.set((served = text as string), channel);
      else this.#pass(text as string);
    });
    return () => void this.#channels.delete(served);
  }

  #pass(sid: string): void {
    const channel = this.#channels.get(sid.slice(0, PREFIX_LENGTH));
    if (channel && channel.backlog() < MAX_BACKLOG) channel.send(['answer', sid]);
  }
}
