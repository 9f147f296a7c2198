import { getEventListeners } from 'node:events';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, vi } from 'vitest';
import { postWebhook } from '../../src/webhooks/post-webhook.ts';
import { isPublicAddress } from '../../src/webhooks/public-address.ts';
import { webhookHeaders } from '../../src/webhooks/sign-webhook.ts';
import { startReceiver } from '../helpers/webhook-receiver.ts';

const SECRET = `whsec_${Buffer.from('a secret of 24 bytes, say').toString('base64')}`;
const allowed = { allowPrivate: true, timeoutMs: 5_000 };
const BODY = '{"type":"site.occupied","data":{"site":"example.org"}}';

describe('one attempt of a webhook', () => {
  it('[H3] the receiver verifies the signature with a library for Standard Webhooks', async () => {
    const receiver = await startReceiver();
    const headers = webhookHeaders('msg_1', BODY, SECRET, Date.now());
    expect(await postWebhook(new URL(receiver.url), headers, BODY, allowed)).toEqual({ isDelivered: true });
    const [request] = receiver.received;
    expect(request!.headers['content-type']).toBe('application/json');
    const verify = (text: string) =>
      new Webhook(SECRET).verify(text, request!.headers as Record<string, string>);
    expect(verify(request!.text)).toEqual(JSON.parse(BODY));
    expect(() => verify(request!.text.replace('org', 'com'))).toThrow('No matching signature');
  });

  it('[H3] a secret that is not base64 is the key itself, and without one there is no signature', () => {
    const now = Date.now();
    const signed = webhookHeaders('msg_1', BODY, 'plain text', now);
    const verifier = new Webhook(Buffer.from('plain text').toString('base64'));
    expect(verifier.verify(BODY, signed)).toEqual(JSON.parse(BODY));
    expect(Object.keys(webhookHeaders('msg_1', BODY, undefined, now))).toEqual([
      'webhook-id',
      'webhook-timestamp',
    ]);
  });

  it.each([
    [200, { isDelivered: true }],
    [500, { isDelivered: false, error: 'answered 500' }],
    [410, { isDelivered: false, error: 'answered 410', isFinal: true }],
  ])('[H3] %i is its result', async (status, result) => {
    const receiver = await startReceiver();
    receiver.answer = (_request, response) => void response.writeHead(status).end('a body');
    expect(await postWebhook(new URL(receiver.url), {}, BODY, allowed)).toEqual(result);
  });

  it('[H3] the receiver may ask for a pause', async () => {
    const receiver = await startReceiver();
    receiver.answer = (_request, response) => void response.writeHead(503, { 'retry-after': '60' }).end();
    expect(await postWebhook(new URL(receiver.url), {}, BODY, allowed)).toMatchObject({
      retryAfterMs: 60_000,
    });
  });

  it('[H3] an attempt ends when the server closes, and leaves nothing at the signal for that', async () => {
    const receiver = await startReceiver();
    const closing = new AbortController();
    const { signal } = closing;
    const post = () => postWebhook(new URL(receiver.url), {}, BODY, { ...allowed, signal });
    const listeners = (): number => getEventListeners(signal, 'abort').length;
    /** What Node keeps at a signal, such as other signals that depend on it. */
    const held = (): number =>
      Object.getOwnPropertySymbols(signal)
        .map((name) => (signal as unknown as Record<symbol, { size?: number } | undefined>)[name]?.size ?? 0)
        .reduce((sum, size) => sum + size, 0);
    for (let attempt = 0; attempt < 3; attempt++) expect(await post()).toEqual({ isDelivered: true });
    await vi.waitFor(() => expect(listeners()).toBe(0), 10_000);
    expect(held()).toBe(0);
    receiver.answer = () => closing.abort();
    expect(await post()).toMatchObject({ isDelivered: false });
    expect(await post()).toMatchObject({ isDelivered: false });
    expect(receiver.received).toHaveLength(4);
  });

  it('[H5] [SEC54] redirects are not followed', async () => {
    const receiver = await startReceiver();
    receiver.answer = ({ url }, response) =>
      void response.writeHead(url === '/hook' ? 307 : 200, { location: '/elsewhere' }).end();
    const result = await postWebhook(new URL(receiver.url), {}, BODY, allowed);
    expect(result).toEqual({ isDelivered: false, error: 'answered 307' });
    expect(receiver.received).toHaveLength(1);
  });

  it('[H3] [SEC55] a receiver that does not answer in time, or does not listen, fails without an address', async () => {
    const receiver = await startReceiver();
    receiver.answer = () => {};
    const url = new URL(receiver.url);
    const late = await postWebhook(url, {}, BODY, { ...allowed, timeoutMs: 50 });
    expect(late).toEqual({ isDelivered: false, error: 'no answer within 0.05 s' });
    const refused = await postWebhook(new URL('http://127.0.0.1:1/secret'), {}, BODY, allowed);
    expect(refused).toEqual({ isDelivered: false, error: 'ECONNREFUSED' });
  });

  it.each(['127.0.0.1', 'localhost', '[::1]', '0x7f.1', '[::ffff:127.0.0.1]'])(
    '[H5] [SEC54] %s is not connected to, unless private addresses are allowed',
    async (host) => {
      const receiver = await startReceiver();
      const url = new URL(`http://${host}:${receiver.port}/hook`);
      const result = await postWebhook(url, {}, BODY, { ...allowed, allowPrivate: false });
      expect(result).toMatchObject({ isDelivered: false, error: expect.stringContaining('private') });
      expect(receiver.received).toEqual([]);
    },
  );

  it('[H5] [SEC54] only hosts of the internet are public', () => {
    const none = [
      '10.0.0.1',
      '127.0.0.1',
      '169.254.169.254',
      '172.16.0.1',
      '192.168.1.1',
      '100.64.0.1',
      '0.0.0.0',
      '224.0.0.1',
      '255.255.255.255',
      '192.0.2.1',
      '::1',
      '::',
      '::127.0.0.1',
      '::ffff:10.0.0.1',
      '64:ff9b::a00:1',
      '2002:a00:1::',
      'fe80::1',
      'fec0::1',
      'fd00::1',
      'ff02::1',
      '2001:db8::1',
      'localhost',
      '',
    ];
    expect(none.filter(isPublicAddress)).toEqual([]);
    const all = ['8.8.8.8', '93.184.215.14', '2606:4700::1111', '[2a00:1450:4001::]', '::ffff:8.8.8.8'];
    expect(all.filter((address) => !isPublicAddress(address))).toEqual([]);
  });
});
