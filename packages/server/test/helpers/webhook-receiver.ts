import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

interface ReceivedWebhook {
  headers: IncomingHttpHeaders;
  /** The body as it was sent. */
  text: string;
  type: string;
  data: { site: string; people: number; threshold?: number; direction?: string };
}

export interface WebhookReceiver {
  url: string;
  port: number;
  /** All requests with a body, the newest last. */
  received: ReceivedWebhook[];
  /** Answers the next requests. @default 204 */
  answer: (request: IncomingMessage, response: ServerResponse) => void;
}

/** A real HTTP server that receives webhooks, closed with the test. */
export async function startReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const receiver: WebhookReceiver = {
    url: '',
    port: 0,
    received,
    answer: (_request, response) => void response.writeHead(204).end(),
  };
  const server = createServer((request, response) => {
    void (async () => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      if (text !== '') {
        const { type, data } = JSON.parse(text) as Pick<ReceivedWebhook, 'type' | 'data'>;
        received.push({ headers: request.headers, text, type, data });
      }
      receiver.answer(request, response);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  receiver.port = (server.address() as AddressInfo).port;
  receiver.url = `http://127.0.0.1:${receiver.port}/hook`;
  return receiver;
}
