import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { Transform } from 'node:stream';
import { onTestFinished } from 'vitest';

export interface TcpProxy {
  readonly port: number;
  /** How many connections are open at the near end. */
  readonly open: number;
  /** Passes nothing on any more and closes nothing, as a pulled cable does. New connections get no answer either. */
  cut(): void;
  /** Passes everything on again, including what has been held back. */
  heal(): void;
  /** Holds back what one connection alone is sent, by the order in which they were opened. */
  cutOne(index: number): void;
  /** From now on everything arrives this much later, in ms, in both directions. */
  delay(ms: number): void;
  /** Replaces text in what comes from the far end, where it lies in one piece. */
  rewrite(from: string, to: string): void;
}

/** A TCP proxy in front of a port of this machine that can fail as networks do. */
export async function startTcpProxy(port: number): Promise<TcpProxy> {
  const pairs: { client: Socket; upstream: Socket; pass: () => void; hold: () => void }[] = [];
  let isCut = false;
  let change = (text: string): string => text;
  let delayMs = 0;

  /** What passes through it arrives later, in its order. */
  function createDelay(rewrite: (chunk: Buffer) => Buffer): Transform {
    const waiting: Buffer[] = [];
    let dueMs = 0;
    return new Transform({
      transform(chunk: Buffer, _encoding, done) {
        dueMs = Math.max(dueMs, performance.now() + delayMs);
        const waitMs = dueMs - performance.now();
        if (waitMs <= 0) return done(null, rewrite(chunk));
        waiting.push(chunk);
        setTimeout(() => this.push(rewrite(waiting.shift()!)), waitMs);
        done();
      },
      flush: (done) => void setTimeout(done, Math.max(0, dueMs - performance.now() + 1)),
    });
  }

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const inward = createDelay((chunk) => chunk);
    const outward = createDelay((chunk) => Buffer.from(change(chunk.toString('latin1')), 'latin1'));
    const pair = {
      client,
      upstream,
      pass() {
        client.pipe(inward).pipe(upstream);
        upstream.pipe(outward).pipe(client);
      },
      hold() {
        for (const stream of [client, upstream, inward, outward]) {
          stream.unpipe();
          stream.pause();
        }
      },
    };
    for (const socket of [client, upstream]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        if (isCut) return;
        client.destroy();
        upstream.destroy();
      });
    }
    pairs.push(pair);
    if (!isCut) pair.pass();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const { client, upstream } of pairs) {
      client.destroy();
      upstream.destroy();
    }
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    get open() {
      return pairs.filter(({ client }) => !client.destroyed && !client.readableEnded).length;
    },
    cut() {
      isCut = true;
      for (const { hold } of pairs) hold();
    },
    heal() {
      isCut = false;
      for (const { pass } of pairs) pass();
    },
    cutOne: (index) => pairs[index]?.hold(),
    delay(ms) {
      delayMs = ms;
    },
    rewrite(from, to) {
      change = (text) => text.replaceAll(from, to);
    },
  };
}
