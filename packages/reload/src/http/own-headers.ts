import type { ServerResponse } from 'node:http';
import type { HeaderList } from '../injection/document-headers.ts';
import type { Responder } from '../injection/html-responder.ts';
import { messageOf, setGivenHeaders, type HeadArguments } from '../injection/head-arguments.ts';

/** The headers of the option `headers`. They replace those of the tool and of a backend. */
export interface OwnHeaders {
  /** Sets them on a response of the tool itself. */
  set(response: ServerResponse): void;
  /** A responder that sends them with every response. A policy among them is extended for the client. */
  sentBy(responder: Responder): Responder;
  /** Sets them when a host app sends the head of a response, over its own. */
  hook(response: ServerResponse): void;
}

export function createOwnHeaders(headers: Readonly<Record<string, string>>): OwnHeaders {
  const own = Object.entries(headers);
  const names = new Set(own.map(([name]) => name.toLowerCase()));
  const merge = (list: HeaderList): HeaderList => [
    ...list.filter(([name]) => !names.has(name.toLowerCase())),
    ...own,
  ];
  const set = (response: ServerResponse): void => {
    for (const [name, value] of own) response.setHeader(name, value);
  };
  return {
    set,
    sentBy(responder) {
      if (own.length === 0) return responder;
      return {
        send: (request, response, parts, from) =>
          responder.send(request, response, { ...parts, headers: merge(parts.headers) }, from),
      };
    },
    hook(response) {
      if (own.length === 0) return;
      const { writeHead } = response;
      // Node calls it for a response without a head, too.
      response.writeHead = (status: number, ...rest: HeadArguments) => {
        if (!response.headersSent) {
          setGivenHeaders(response, rest);
          set(response);
        }
        const message = messageOf(rest);
        return writeHead.call(response, status, ...((message === undefined ? [] : [message]) as []));
      };
    },
  };
}
