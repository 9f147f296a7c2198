import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { startBoundedCounter } from '../helpers/counter.ts';
import { sendHttp } from '../helpers/send-http.ts';
import { upgradeRequest, upgradeWithoutHeaders } from '../helpers/upgrade.ts';

describe.each(['own', 'attached'] as const)('a proxy that removes the headers of upgrades, %s', (kind) => {
  it('[C10] is reported once, with what to do', async () => {
    const { counter, port, path } = await startBoundedCounter(kind, {});
    const reported: { message: string }[] = [];
    counter.on('proxy', (problem) => void reported.push(problem));
    const lost = upgradeWithoutHeaders(`${path}socket.io/`);
    expect(await sendHttp(port, lost)).toMatch(/^HTTP\/1\.1 400 /);
    await sendHttp(port, lost);
    expect(reported).toHaveLength(1);
    expect(reported[0]!.message).toMatch(/Upgrade \$http_upgrade;/);
  });

  it('[C10] is a warning of the process if the program does not listen for it', async () => {
    const { port, path } = await startBoundedCounter(kind, {});
    const warned = once(process, 'warning') as Promise<[Error]>;
    await sendHttp(port, upgradeWithoutHeaders(`${path}socket.io/`));
    expect((await warned)[0].message).toMatch(/Upgrade \$http_upgrade;/);
  });

  it.each([
    ['a request without a WebSocket key', (text: string) => text.replace(/Sec-WebSocket-Key.*\r\n/, '')],
    ['polling', (text: string) => text.replace('transport=websocket', 'transport=polling')],
    ['another path', (text: string) => text.replace('socket.io', 'healthz')],
    [
      'an upgrade',
      () => upgradeRequest('invalid').replace('Connection: Upgrade', 'Connection: Upgrade, close'),
    ],
  ])('[C10] %s is not reported', async (_name, change) => {
    const { counter, port, path } = await startBoundedCounter(kind, {});
    const reported: unknown[] = [];
    counter.on('proxy', (problem) => void reported.push(problem));
    await sendHttp(port, change(upgradeWithoutHeaders(`${path}socket.io/`)));
    expect(reported).toEqual([]);
  });
});
