import { expect, it, vi } from 'vitest';
import { AnswerExchange, createAnswerRelay } from '../../src/workers/answer-relay.ts';
import { openIpc } from '../helpers/ipc.ts';

/** A worker that is connected to the exchange of its primary process. */
function openWorker(exchange: AnswerExchange) {
  const ipc = openIpc();
  const disconnect = exchange.connect(ipc.one.channel('answers'));
  const relay = createAnswerRelay(ipc.two.channel('answers'));
  const received: string[] = [];
  relay.listen((sid) => void received.push(sid));
  return { ...ipc, relay, received, disconnect };
}

it('[C8] an answer reaches the worker that has the stream, and no other', async () => {
  const exchange = new AnswerExchange();
  const [one, two, three] = [openWorker(exchange), openWorker(exchange), openWorker(exchange)];
  const sid = `${two.relay.prefix}the-stream`;
  await vi.waitFor(() => {
    one.relay.pass(sid);
    expect(two.received).toContain(sid);
  });
  for (const unknown of ['', 'unknown', '__proto__', `x${three.relay.prefix}`]) {
    one.relay.pass(unknown);
  }
  const last = `${three.relay.prefix}last`;
  one.relay.pass(last);
  await vi.waitFor(() => expect(three.received).toEqual([last]));
  expect(new Set(two.received)).toEqual(new Set([sid]));
  expect(one.received).toEqual([]);
});

it('[C8] a worker that does not read is passed a bounded number of answers', async () => {
  const exchange = new AnswerExchange();
  const [one, frozen] = [openWorker(exchange), openWorker(exchange)];
  const sid = `${frozen.relay.prefix}the-stream`;
  await vi.waitFor(() => {
    one.relay.pass(sid);
    expect(frozen.received).toContain(sid);
  });
  frozen.freeze();
  for (let answers = 0; answers < 20_000; answers++) one.relay.pass(sid);
  const last = `${one.relay.prefix}last`;
  one.relay.pass(last);
  await vi.waitFor(() => expect(one.received).toEqual([last]));
  frozen.thaw();
  const count = frozen.received.length;
  await vi.waitFor(() => expect(frozen.received.length).toBeGreaterThan(count));
  expect(frozen.received.length).toBeLessThan(10_000);
});

it('[C8] a worker that has ended is passed nothing', async () => {
  const exchange = new AnswerExchange();
  const [one, ended] = [openWorker(exchange), openWorker(exchange)];
  const sid = `${ended.relay.prefix}the-stream`;
  await vi.waitFor(() => {
    one.relay.pass(sid);
    expect(ended.received).toContain(sid);
  });
  ended.disconnect();
  const { length } = ended.received;
  one.relay.pass(sid);
  const last = `${one.relay.prefix}last`;
  one.relay.pass(last);
  await vi.waitFor(() => expect(one.received).toEqual([last]));
  expect(ended.received).toHaveLength(length);
});
