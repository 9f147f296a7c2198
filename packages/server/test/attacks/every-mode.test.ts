import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { deflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { frame, openAttacker, opcodes } from '@live-online/internal/testing/attacker';
import { decompressionBombs } from '@live-online/internal/testing/decompression-bombs';
import { socketFrames, socketPackets, type PacketShapes } from '@live-online/internal/testing/packet-shapes';
import { smugglingRequests, upgradeRequests } from '@live-online/internal/testing/request-shapes';
import { attackModes, startMode, type AttackedTarget } from '../helpers/attack-modes.ts';
import { watchTarget } from '../helpers/attack-oracle.ts';
import { exchange } from '../helpers/exchange.ts';
import { upgradeRequest } from '../helpers/upgrade.ts';

/** Over all modes together. */
const FALSE_ORIGINS = 5_000;
const RESETS = 1_000;
const perMode = (count: number): number => Math.ceil(count / attackModes.length);

const ORIGIN = 'https://attacker.example';

let bombs: Promise<Record<string, Buffer>> | undefined;

/** The same for each mode: compressing 300 MB takes a second. */
function getBombs(): Promise<Record<string, Buffer>> {
  const create = async (): Promise<Record<string, Buffer>> => {
    const made = Object.entries(decompressionBombs).map(
      async ([encoding, createBomb]) => [encoding, await createBomb('42["x","')] as const,
    );
    return Object.fromEntries(await Promise.all(made));
  };
  return (bombs ??= create());
}

describe.each(attackModes)('attacked: $name', (mode) => {
  let target: AttackedTarget;
  beforeAll(async () => {
    const ends: (() => Promise<void>)[] = [];
    target = await startMode(mode, {}, (end) => void ends.unshift(end));
    return async () => {
      for (const end of ends) await end();
    };
  });

  /** Sends a request by a connection of `agent`. The status is 0 if the server closes the connection instead. */
  async function ask(
    agent: Agent,
    path: string,
    {
      method = 'GET',
      headers = {},
      body = '',
    }: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
  ): Promise<{ status: number; answer: string }> {
    const base = `http://127.0.0.1:${target.port}${target.socketPath.replace('socket.io/', '')}`;
    const asked = request(new URL(path, base), { method, agent, headers: { Origin: ORIGIN, ...headers } });
    try {
      asked.end(body);
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      return { status: response.statusCode!, answer: await readText(response) };
    } catch {
      return { status: 0, answer: '' };
    }
  }

  const send = async (...request: Parameters<typeof ask>): Promise<number> => (await ask(...request)).status;

  const openAgent = (maxSockets: number): Agent => {
    const agent = new Agent({ keepAlive: true, maxSockets });
    onTestFinished(() => agent.destroy());
    return agent;
  };

  it('[C1] [SEC1] thousands of Origins that no browser sends are rejected, and leave nothing behind', async () => {
    const oracle = await watchTarget(target);
    const path = target.socketPath.replace('socket.io/', 'events');
    const requestOf = (index: number): string =>
      `GET ${path}?join=1 HTTP/1.1\r\nHost: x\r\nOrigin: https://${index}.example:x/__proto__\r\n\r\n`;
    const clients = 20;
    const requests = Math.ceil(perMode(FALSE_ORIGINS) / clients);
    async function sendOneByOne(): Promise<void> {
      const { socket, received } = await exchange(target.port, '');
      for (let sent = 0; sent < requests; sent++) {
        const { length } = received();
        socket.write(requestOf(sent));
        while (!received().slice(length).endsWith('\nForbidden\n')) await once(socket, 'data');
        expect(received().slice(length)).toMatch(/^HTTP\/1\.1 403 /);
      }
      socket.destroy();
    }
    await Promise.all(Array.from({ length: clients }, sendOneByOne));
    await oracle.expectUnharmed();
  });

  it('[C11] [SEC2] floods of headers are rejected: too many, too long, without an end', async () => {
    const oracle = await watchTarget(target);
    const head = `GET ${target.socketPath}?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n`;
    const many = Array.from({ length: 1_500 }, (_, index) => `X${index}: 1\r\n`).join('');
    const floods = [`${many}\r\n`, `X: ${'x'.repeat(40_000)}\r\n\r\n`, `Cookie: ${'a=b; '.repeat(20_000)}`];
    const exchanges = await Promise.all(
      Array.from({ length: 60 }, (_, index) => exchange(target.port, head + floods[index % floods.length]!)),
    );
    for (const { closed, received } of exchanges) {
      await closed();
      // A connection may end by a RST, because the server does not read all of it.
      expect(received()).toMatch(/^$|^HTTP\/1\.1 431 /);
    }
    await oracle.expectUnharmed();
  });

  it('[C11] [SEC3] a thousand connections that end by a RST, at any moment, leave nothing behind', async () => {
    const oracle = await watchTarget(target);
    const socket = `${target.socketPath}?EIO=4&transport=websocket`;
    const upgrade = (path: string): string =>
      upgradeRequest(ORIGIN).replace('/socket.io/?EIO=4&transport=websocket', path);
    const events = socket.replace(/socket\.io\/.*/, 'events?join=1');
    const messages = [
      '',
      'GET / HT',
      upgrade(socket),
      upgrade(`${socket}&join=1&member=member-of-attacker`),
      `GET ${events} HTTP/1.1\r\nHost: x\r\nOrigin: ${ORIGIN}\r\n\r\n`,
      `POST ${socket.replace('websocket', 'polling')} HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n4`,
    ];
    async function reset(index: number): Promise<void> {
      const client: Socket = connect(target.port, '127.0.0.1');
      client.on('error', () => {});
      await once(client, 'connect');
      const message = messages[index % messages.length]!;
      client.write(message);
      // Half of those that get an answer see it.
      if (message.endsWith('\r\n\r\n') && index % 4 < 2) await once(client, 'data');
      client.resetAndDestroy();
    }
    const count = perMode(RESETS);
    for (let at = 0; at < count; at += 50) {
      await Promise.all(Array.from({ length: Math.min(50, count - at) }, (_, index) => reset(at + index)));
    }
    await oracle.expectUnharmed();
  });

  it('[C11] [SEC6] no request is smuggled behind one whose end can be found in two ways', async () => {
    const oracle = await watchTarget(target);
    const base = target.socketPath.replace('socket.io/', '');
    const smuggled = `GET ${base}healthz HTTP/1.1\r\nHost: x\r\n\r\n`;
    const shapes = Object.entries(smugglingRequests(`${base}nothing`, smuggled));
    const answers = await Promise.all(
      shapes.map(async ([name, message]) => {
        const { closed, received } = await exchange(target.port, message);
        await closed();
        return [name, received()] as const;
      }),
    );
    for (const [name, answer] of answers) {
      expect(answer, name).not.toMatch(/\nok\n/);
      expect(answer, name).toMatch(/^$|^HTTP\/1\.1 4\d\d /);
    }
    // A chunk extension is allowed, and is read in one way only.
    const extended = `POST ${base}nothing HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\r\nx\r\n0\r\n\r\n`;
    const last = smuggled.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
    const { closed, received } = await exchange(target.port, extended + last);
    await closed();
    expect(received().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 404', 'HTTP/1.1 200']);
    await oracle.expectUnharmed();
  });

  it('[C11] [SEC7] upgrades that have ended other servers end their own connection at most', async () => {
    const oracle = await watchTarget(target);
    const exchanges = await Promise.all(
      Object.values(upgradeRequests(target.socketPath)).map((message) => exchange(target.port, message)),
    );
    for (const { socket } of exchanges) socket.end();
    await oracle.expectUnharmed();
  });

  it.each<[string, PacketShapes]>([
    ['[SEC8] frames that break the WebSocket protocol', socketFrames],
    ['[SEC10] packets that have ended other servers', socketPackets],
  ])('[C11] %s end their own connection at most', async (_name, shapes) => {
    const oracle = await watchTarget(target);
    const { port, socketPath } = target;
    const attackers = await Promise.all(
      Object.values(shapes).flatMap((bytes) =>
        // Before its CONNECT, and after.
        [undefined, '40'].map(async (packet) => {
          const attacker = await openAttacker({ port, socketPath, connect: packet, reads: true });
          attacker.socket.write(bytes);
          return attacker;
        }),
      ),
    );
    for (const { socket } of attackers) socket.end();
    await oracle.expectUnharmed();
  });

  it('[C11] [SEC19] nothing is decompressed: frames and bodies of 300 MB in a few bytes end their own connection at most', async () => {
    const oracle = await watchTarget(target);
    const { port, socketPath } = target;
    const headers = 'Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n';
    const attacker = await openAttacker({ port, socketPath, headers, reads: true });
    expect(attacker.received()).not.toMatch(/sec-websocket-extensions/i);
    const compressed = frame(opcodes.text, deflateRawSync(Buffer.alloc(900_000, 'x')));
    // The bit of RFC 7692 §6: the message is compressed.
    compressed[0]! |= 0x40;
    attacker.socket.write(compressed);
    await vi.waitFor(() => expect(attacker.socket.readableEnded || attacker.socket.destroyed).toBe(true));
    attacker.socket.destroy();
    const agent = openAgent(4);
    const polling = 'socket.io/?EIO=4&transport=polling';
    for (const [encoding, body] of Object.entries(await getBombs())) {
      const post = { method: 'POST', body, headers: { 'Content-Encoding': encoding } };
      for (const path of ['events?sid=x', polling, 'nothing']) await send(agent, path, post);
      if (!mode.hasPolling) continue;
      const { answer } = await ask(agent, polling);
      const { sid } = JSON.parse(answer.slice(1)) as { sid: string };
      await send(agent, `${polling}&sid=${sid}`, post);
      // The session has ended: as a text, the bytes are no packet.
      expect(await send(agent, `${polling}&sid=${sid}`, { method: 'POST', body: '3' })).not.toBe(200);
    }
    agent.destroy();
    await oracle.expectUnharmed();
  });

  it('[C11] [SEC14] streams of events with made-up queries, sessions and headers cost others nothing', async () => {
    const oracle = await watchTarget(target);
    const agent = openAgent(20);
    const queries = [
      'join=__proto__',
      'join=1&member=__proto__',
      'join=1&member=abcdefgh&resume=../../x',
      'join=1&join=2&member=%00%ff',
      'join=1e400&tabs=-0&page=//%5c%5c',
      `join=1&token=${'x'.repeat(1_500)}`,
      `join=1&page=/${'%25'.repeat(400)}`,
      '&&&===',
    ];
    for (const query of queries) {
      const stream = await exchange(
        target.port,
        `GET ${target.socketPath.replace('socket.io/', 'events')}?${query} HTTP/1.1\r\nHost: x\r\nOrigin: ${ORIGIN}\r\n` +
          `Last-Event-ID: \xff\r\nAccept: ${'x'.repeat(4_000)}\r\n\r\n`,
      );
      if (stream.socket.readable) await once(stream.socket, 'data');
      stream.socket.destroy();
    }
    const sids = ['', '__proto__', 'constructor', 'x'.repeat(1_000), '1-x', '-1-x', '99999999999-x', '%00'];
    const answers = await Promise.all(
      sids.flatMap((sid) => [
        send(agent, `events?sid=${sid}`, { method: 'POST' }),
        send(agent, `events?sid=${sid}`, { method: 'POST', body: 'x'.repeat(5_000) }),
        send(agent, `events?sid=${sid}`, { method: 'DELETE' }),
      ]),
    );
    expect(new Set(answers)).toEqual(new Set([204, 405]));
    agent.destroy();
    await oracle.expectUnharmed();
  });

  it('[C7] [SEC16] members that were never there, by made-up resume tokens, count once each, and remove no other member', async () => {
    const oracle = await watchTarget(target);
    const servers = ['ghost', '__proto__', 'w1-0000000000000000', 'x'.repeat(48), '..', 'a b'];
    const numbers = ['1', '0', '-1', '999999999', '1e9', '00000000001'];
    const claims = servers.flatMap((server) => numbers.map((number) => `${server}.${number}`));
    const { port, socketPath } = target;
    const isValid = (resume: string): boolean => /^[\w.-]{1,64}$/.test(resume);
    const attackers = await Promise.all(
      claims.filter(isValid).map((resume, index) => {
        const connect = `40${JSON.stringify({ member: `never-there-${index}`, resume })}`;
        return openAttacker({ port, socketPath, connect });
      }),
    );
    await vi.waitFor(async () =>
      expect((await target.ask()).totals).toEqual({
        'attacker.example': attackers.length,
        'bystander.example': 1,
      }),
    );
    for (const { socket } of attackers) socket.destroy();
    await oracle.expectUnharmed();
  });

  it.runIf(mode.isShared)(
    '[S6] [SEC17] a Redis that is emptied during a storm of connections leaves the totals right',
    async () => {
      const oracle = await watchTarget(target);
      const { port, socketPath, redis } = target;
      for (let round = 0; round < 4; round++) {
        const attackers = Promise.all(Array.from({ length: 50 }, () => openAttacker({ port, socketPath })));
        await redis!.cli('FLUSHALL');
        for (const { socket } of await attackers) socket.destroy();
      }
      await oracle.expectUnharmed();
    },
  );

  it.runIf(mode.hasPolling)(
    '[C11] [SEC11] bodies of polling that have ended other servers end their own session at most',
    async () => {
      const oracle = await watchTarget(target);
      const agent = openAgent(4);
      const path = 'socket.io/?EIO=4&transport=polling';
      const separators = '\x1e'.repeat(990);
      const bytes = { 'Content-Type': 'application/octet-stream' };
      const posts: Parameters<typeof send>[2][] = [
        { body: 'x'.repeat(1_001) },
        { body: 'x'.repeat(1 << 20) },
        { body: separators },
        { body: `4${separators}` },
        // A body as bytes, twice (CVE-2026-59725).
        { body: 'bAAAA', headers: bytes },
        { body: Buffer.from([0x34, 0x32, 0xff, 0xfe]) },
        { body: 'b____' },
        { body: '' },
        { body: '40\x1e40\x1e40' },
        { body: 'd=40', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
        { method: 'DELETE', body: '40' },
        { method: 'OPTIONS' },
      ];
      for (const post of posts) {
        const { answer } = await ask(agent, path);
        const { sid } = JSON.parse(answer.slice(1)) as { sid: string };
        await Promise.all(
          [1, 2, 3].map(() => send(agent, `${path}&sid=${sid}`, { method: 'POST', ...post })),
        );
        await send(agent, `${path}&sid=${sid}`, { method: 'POST', body: '1' });
      }
      for (const query of ['sid=__proto__', 'sid=constructor', 'j=__proto__', 'b64=1', 'sid[]=x']) {
        await send(agent, `${path}&${query}`, { method: 'POST', body: '40' });
      }
      agent.destroy();
      await oracle.expectUnharmed();
    },
  );
});
