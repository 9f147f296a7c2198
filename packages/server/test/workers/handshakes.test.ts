import { describe, expect, it, vi } from 'vitest';
import { createSiteToken } from '../../src/index.ts';
import { openPage } from '../helpers/page.ts';
import { sendHttp } from '../helpers/send-http.ts';
import { upgradeRequest } from '../helpers/upgrade.ts';
import { startWorkers } from '../helpers/workers.ts';

const patient = { timeout: 30_000, interval: 50 };
const A = 'https://a.example';
const secret = 'a secret of a site';
const adminToken = 'a-token-of-20-letters';

describe('handshakes at several processes', { timeout: 60_000 }, () => {
  it('[C11, S8] [SEC20] [SEC21] [SEC26] each process limits their rate, tokens expire, and a proxy is reported once', async () => {
    const { workers, url, port } = await startWorkers({
      workers: 2,
      options: {
        sites: [{ name: 'a.example', tokenSecret: secret }],
        adminToken,
        handshakesPerSecondPerAddress: 1,
        handshakeBurstPerAddress: 10,
      },
    });
    const limits: unknown[] = [];
    const reported: unknown[] = [];
    workers.on('limit', ({ limit }) => limits.push(limit));
    workers.on('proxy', (problem) => reported.push(problem));
    const token = createSiteToken({ site: 'a.example', secret });
    await openPage(url, { origin: A, auth: { token } }).receives(1);
    const rejection = await openPage(url, { origin: A, auth: { token: `${token}0` } }).rejection();
    expect(rejection.data).toEqual({ code: 'token-wrong' });
    // A WebSocket of another version is answered, and closed.
    const request = upgradeRequest(A, { headers: ['X-Forwarded-For: 203.0.113.1'] });
    const flood = Array.from({ length: 200 }, () =>
      sendHttp(port, request.replace('Version: 13', 'Version: 1')),
    );
    const statuses = (await Promise.all(flood)).map((answer) => answer.slice(9, 12));
    const rejected = statuses.filter((status) => status === '429').length;
    expect(new Set(statuses)).toEqual(new Set(['400', '429']));
    await vi.waitFor(
      () => expect(workers.stats().rejected).toEqual({ 'token-wrong': 1, 'handshake-rate': rejected }),
      patient,
    );
    await vi.waitFor(() => expect(reported).toHaveLength(1), patient);
    const answer = await fetch(`${url}v1/servers`, { headers: { Authorization: `Bearer ${adminToken}` } });
    expect(await answer.json()).toMatchObject({
      servers: [{ processes: 3, warnings: [expect.stringMatching(/--trust-proxy loopback/)] }],
    });
    expect(limits).toEqual(['handshakesPerSecondPerAddress']);
  });
});
