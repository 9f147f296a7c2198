import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { postWebhook, type Network } from '../../src/webhooks/post-webhook.ts';
import { startReceiver } from '../helpers/webhook-receiver.ts';

/** Stands for an address of the internet, which a test cannot listen on. */
const PUBLIC = '127.0.0.2';
const PRIVATE = '127.0.0.1';

/** A private server, and a public one on the same port. */
async function startBoth() {
  const inside = await startReceiver();
  const seen: string[] = [];
  const outside = createServer((request, response) => {
    seen.push(request.headers.host!);
    response.writeHead(204).end();
  });
  outside.listen(inside.port, PUBLIC);
  await once(outside, 'listening');
  onTestFinished(() => {
    outside.closeAllConnections();
    outside.close();
  });
  /** What the name server of the attacker answers, one list for each question. */
  const answers: string[][] = [];
  const network: Network = {
    lookUp: (_name, _options, done) =>
      done(
        null,
        (answers.shift() ?? []).map((address) => ({ address, family: 4 })),
      ),
    isPublic: (address) => address === PUBLIC,
  };
  const post = () =>
    postWebhook(new URL(`http://attacker.example:${inside.port}/`), {}, '{}', {
      allowPrivate: false,
      timeoutMs: 30_000,
      network,
    });
  return { answers, inside, seen, post };
}

it('[H5] [SEC54] a name that resolves to a public address first, and then to a private one, is resolved once', async () => {
  const { answers, inside, seen, post } = await startBoth();
  answers.push([PUBLIC], [PRIVATE]);
  expect(await post()).toEqual({ isDelivered: true });
  expect(answers).toEqual([[PRIVATE]]);
  // The next attempt asks again, and is not sent.
  expect(await post()).toMatchObject({ isDelivered: false, error: expect.stringContaining('private') });
  expect(seen).toHaveLength(1);
  expect(inside.received).toEqual([]);
});

it('[H5] [SEC54] of the addresses of a name only the public ones are connected to', async () => {
  const { answers, inside, seen, post } = await startBoth();
  answers.push([PRIVATE, PUBLIC, '::1', '169.254.169.254']);
  expect(await post()).toEqual({ isDelivered: true });
  expect(seen).toHaveLength(1);
  expect(inside.received).toEqual([]);
});
