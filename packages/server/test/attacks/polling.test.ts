import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { startTarget, type Target, type TargetKind } from '../helpers/target.ts';

const kinds: TargetKind[] = ['own', 'express'];
const SEPARATOR = '\x1e';
/** As many packets as a request may hold, which has at most 1,000 bytes. */
const payload = (packet: string): string =>
  Array.from({ length: Math.floor(1_000 / (packet.length + 1)) }, () => packet).join(SEPARATOR);

/** What clients send without end, in as few requests as they can. None of them asks for an answer. */
const attacks = [
  ['[P9] CONNECTs to a namespace that is not there', payload('40/x,')],
  ['[P9] CONNECTs to a namespace with a long name', `40/${'x'.repeat(990)},`],
  ['[P9] CONNECTs to the main namespace', payload('40')],
  ['[C11] events', payload('42["x"]')],
  ['[C11] heartbeats', payload('3')],
  ['[C11] single heartbeats', '3'],
] as const;

describe.each(kinds)('attacked by polling: a counter %s', (kind) => {
  let target: Target;
  let agent: Agent;
  beforeAll(async () => {
    target = await startTarget(kind, { transports: ['polling', 'websocket'] });
    agent = new Agent({ keepAlive: true });
    return () => {
      agent.destroy();
      return target.close();
    };
  });

  function ask(
    method: 'GET' | 'POST',
    sid: string | undefined,
    body = '',
  ): Promise<{ status: number; answer: string }> {
    const path = `${target.socketPath}?EIO=4&transport=polling${sid === undefined ? '' : `&sid=${sid}`}`;
    return new Promise((resolve, reject) => {
      const asked = request({
        host: '127.0.0.1',
        port: target.port,
        path,
        method,
        agent,
        headers: { Origin: 'https://attacker.example' },
      });
      asked.on('error', reject);
      asked.on('response', (response) => {
        void text(response).then((answer) => resolve({ status: response.statusCode!, answer }), reject);
      });
      asked.end(body);
    });
  }

  async function openSession(): Promise<string> {
    const { answer } = await ask('GET', undefined);
    return (JSON.parse(answer.slice(1)) as { sid: string }).sid;
  }

  it.each(attacks)('%s [SEC11] end the session after a few requests', async (_rule, body) => {
    const before = target.measure();
    for (let session = 0; session < 20; session++) {
      const sid = await openSession();
      let taken = 0;
      // The request that ends a session is cut off with it.
      while (taken < 100 && (await ask('POST', sid, body).catch(() => ({ status: 0 }))).status === 200)
        taken++;
      expect(taken).toBeLessThan(25);
    }
    expect(target.measure().mib - before.mib, 'MiB more').toBeLessThan(24);
    await target.expectToServe();
    expect((await target.ask()).totals).toEqual({});
  });

  it('[C6] [SEC12] a session whose client answers heartbeats and never polls ends with few packets waiting', async () => {
    const sid = await openSession();
    expect((await ask('POST', sid, '40')).status).toBe(200);
    for (let packets = 1; packets < 8; packets++) expect((await ask('POST', sid, '3')).status).toBe(200);
    await ask('POST', sid, '3').catch(() => {});
    expect((await ask('POST', sid, '3')).status).toBe(400);
    expect((await target.ask()).stats.terminated['too-many-packets']).toBeGreaterThan(0);
  });
});
