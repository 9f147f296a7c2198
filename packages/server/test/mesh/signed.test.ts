import { describe, expect, it } from 'vitest';
import { Signer } from '../../src/store/bus/signature.ts';
import type { BusCommand, BusReply } from '../../src/store/bus/bus.ts';
import { bucketOf, createKeyNames } from '../../src/store/mesh/wire/keys.ts';
import { startWorld } from '../helpers/mesh-world.ts';

const SITE = 'a.example';
const keys = createKeyNames('test');
const bucket = keys.bucket(bucketOf(SITE));
const secret = 'a secret of the servers';

/** One member on A and three on B, which share a secret, and an attacker who reads and writes everything. */
async function startSigned() {
  const { world, servers, start } = await startWorld(2, { secret });
  const [a, b] = servers as [(typeof servers)[0], (typeof servers)[0]];
  const recorded: [channel: string, message: string][] = [];
  const connecting = world.machine().bus.connect({
    message: (channel, message) => void recorded.push([channel, message]),
    down() {},
  });
  await world.advance(10);
  const link = await connecting;
  void link.subscribe([bucket, keys.allServers, keys.server(a.store.server), keys.server(b.store.server)]);
  await world.advance(10);
  a.store.report(SITE, 1);
  b.store.report(SITE, 3);
  await world.advance(2_000);
  const run = async (...commands: BusCommand[]): Promise<readonly BusReply[]> => {
    const running = link.run(commands);
    await world.advance(5);
    return running;
  };
  const totals = (): number[] => [1 + a.store.others(SITE), 3 + b.store.others(SITE)];
  return { world, a, b, start, run, recorded, totals };
}

describe('servers with a secret', () => {
  it('[S2] [SEC35] unsigned messages and values change nothing at any time, and one warning says so', async () => {
    const { a, b, run, totals, world } = await startSigned();
    const server = b.store.server;
    const forged = [
      { kind: 'leave', server, epoch: 1 },
      { kind: 'evicted', epoch: 1 },
      { kind: 'hello', server, epoch: 2 },
      { s: server, e: 1, q: 2, f: 1, c: [[SITE, 1_000]] },
      { s: 'stranger', e: 1, q: 1, f: 1, c: [[SITE, 1_000]] },
    ];
    for (const channel of [bucket, keys.allServers, keys.server(server), keys.server(a.store.server)]) {
      for (const message of forged) {
        await run(['PUBLISH', channel, JSON.stringify(message)]);
        expect(totals()).toEqual([4, 4]);
      }
    }
    const commands: BusCommand[] = [
      ['HSET', keys.registry, server, '{"e":7,"n":7,"b":[]}', 'ghost', '{"e":1,"n":1,"b":[]}'],
      ['HSET', keys.snapshot(bucketOf(SITE), server), '#', '1:9', `=${SITE}`, '[1000]'],
    ];
    for (let i = 0; i < 5; i++) {
      await run(...commands);
      await world.advance(1_500);
      expect(totals()).toEqual([4, 4]);
    }
    expect([a.bus.links, b.bus.links, a.stale, b.stale]).toEqual([1, 1, [], []]);
    for (const { warnings } of [a, b]) {
      expect(warnings).toEqual([expect.stringMatching(/not signed with the secret of this server/)]);
    }
  });

  it('[S5] [SEC35] a registration that is overwritten without end costs an eviction for less than a second per lease', async () => {
    const { b, run, totals, world } = await startSigned();
    let wrongMs = 0;
    for (let i = 0; i < 400; i++) {
      await run(['HSET', keys.registry, b.store.server, 'x']);
      await world.advance(45);
      if (totals().join() !== '4,4') wrongMs += 50;
    }
    expect(wrongMs).toBeLessThan(2_000);
    await world.advance(3_000);
    expect(totals()).toEqual([4, 4]);
  });

  it('[S2] [SEC35] signed messages and values that are repeated, also elsewhere, change nothing', async () => {
    const { a, b, run, recorded, start, totals, world } = await startSigned();
    const snapshot = keys.snapshot(bucketOf(SITE), b.store.server);
    const [registry, hash] = (await run(['HGETALL', keys.registry], ['HGETALL', snapshot])) as ReadonlyMap<
      string,
      string
    >[];
    // A server that leaves, and a session that ends.
    const late = await start();
    late.store.report(SITE, 5);
    await world.advance(1_500);
    void late.store.close();
    await world.advance(1_500);
    b.store.report(SITE, 9);
    await world.advance(1_000);
    b.store.report(SITE, 3);
    await world.advance(1_500);
    expect(totals()).toEqual([4, 4]);
    const links = [a.bus.links, b.bus.links];
    const [name, value] = [b.store.server, registry!.get(b.store.server)!];
    for (const [channel, message] of recorded.splice(0)) {
      await run(['PUBLISH', channel, message]);
      for (const other of [bucket, keys.allServers, keys.server(name)])
        await run(['PUBLISH', other, message]);
      expect(totals()).toEqual([4, 4]);
    }
    for (let i = 0; i < 30; i++) {
      await run(['HSET', keys.registry, name, value, a.store.server, value, late.store.server, value]);
      await run(['HSET', snapshot, '#', hash!.get('#')!, `=${SITE}`, hash!.get(`=${SITE}`)!]);
      await world.advance(200);
      expect(totals()).toEqual([4, 4]);
    }
    expect([a.bus.links, b.bus.links]).toEqual(links);
    // A server that starts now reads the old snapshot, and asks for the new one.
    b.store.report(SITE, 4);
    await world.advance(500);
    await run(['HSET', snapshot, '#', hash!.get('#')!, `=${SITE}`, hash!.get(`=${SITE}`)!]);
    const reader = await start();
    reader.store.report(SITE, 1);
    await world.advance(2_500);
    expect(reader.store.others(SITE)).toBe(5);
  });

  it.each([
    ['another secret', 'another secret of others', /not signed with the secret of this server/],
    ['no secret', undefined, /^other servers sign what they write to Redis, and this server has no secret/],
  ])(
    '[S2] [SEC35] a server with %s is not counted, and says at its start what is wrong',
    async (_name, wrong, text) => {
      const { start, totals, world } = await startSigned();
      const other = await start({ secret: wrong } as { secret: string });
      expect(other.warnings).toEqual([expect.stringMatching(text)]);
      other.store.report(SITE, 7);
      await world.advance(3_000);
      expect(totals()).toEqual([4, 4]);
      expect(other.store.others(SITE)).toBe(0);
      expect(other.stale).toEqual([]);
      expect(other.bus.links).toBe(1);
    },
  );
});

describe('a signature', () => {
  it('[SEC35] holds for one secret, one place and one text', () => {
    const signer = new Signer(secret);
    const signed = signer.sign(['key', 'field'], 'text');
    expect(signer.open(['key', 'field'], signed)).toBe('text');
    expect(signer.open(['key', 'field'], signer.sign(['key', 'field'], ''))).toBe('');
    const wrong: (readonly [place: string[], text: string])[] = [
      [['key', 'other'], signed],
      [['keyfield'], signed],
      [['key', 'fiel', 'd'], signed],
      [['key', 'field'], `${signed}x`],
      [['key', 'field'], signed.slice(0, -1)],
      [['key', 'field'], 'text'],
      [['key', 'field'], `s1.${'A'.repeat(43)}text`],
      [['key', 'field'], `s1.${'*'.repeat(43)}text`],
      [['key', 'field'], 's1.'],
      [['key', 'field'], new Signer(`${secret}x`).sign(['key', 'field'], 'text')],
    ];
    for (const [place, text] of wrong) expect(signer.open(place, text)).toBeUndefined();
  });
});
