import { MessageChannel } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import { createIpc, type Ipc } from '../../src/workers/ipc.ts';

/** Two ends of a channel that clones what it carries. The second one can stop reading, as a frozen process does. */
export function openIpc(): {
  one: Ipc;
  two: Ipc;
  packets: () => number;
  freeze: () => void;
  thaw: () => void;
} {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  let packets = 0;
  let frozen: (() => void)[] | undefined;
  const send = (port: typeof port1) => (message: unknown, done: () => void) => {
    packets++;
    const pass = (): void => {
      port.postMessage(message);
      done();
    };
    if (frozen && port === port1) frozen.push(pass);
    else pass();
  };
  const one = createIpc({ send: send(port1) });
  const two = createIpc({ send: send(port2) });
  port1.on('message', (message) => one.receive(message));
  port2.on('message', (message) => two.receive(message));
  return {
    one,
    two,
    packets: () => packets,
    freeze: () => void (frozen = []),
    thaw() {
      for (const pass of frozen ?? []) pass();
      frozen = undefined;
    },
  };
}
