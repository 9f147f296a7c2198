import type { BusCommand, BusLink, BusReply } from '../../bus/bus.ts';
import {
  encodeHeartbeat,
  encodeControlMessage,
  parseHeartbeat,
  parseControlMessage,
  parseDelta,
  type Heartbeat,
  type ControlMessage,
} from '../wire/messages.ts';
import { BUCKETS } from '../wire/keys.ts';
import type { MeshParts } from './parts.ts';
import { createSelfProbe } from '../membership/self-probe.ts';
import { createResync } from '../replication/resync.ts';
import { within } from './deadline.ts';

/** One link of this server to the others, under one epoch. Whatever goes wrong ends it, and the next one begins anew. */
export interface Session {
  /** Registers, listens, reads what the others have and says what this server has. */
  open(): Promise<void>;
  /** Shows that this server is alive and looks after the others. */
  beat(): Promise<void>;
  /** Says what has not been said. */
  flush(): Promise<void>;
  /** Listens to what has come to be needed since. */
  follow(): Promise<void>;
  /** Takes in what was said on a channel. */
  hear(channel: string, message: string): void;
  /** Tells everybody that `server` is not there any more. */
  farewell(server: string): Promise<void>;
}

export interface SessionOptions extends MeshParts {
  link: BusLink;
  epoch: number;
  /** How long a share lives in the store without being touched, in ms. */
  snapshotTtlMs: number;
  /** Whether to listen to all that others have people in, so that whoever comes first is told the right total. */
  warm: boolean;
  /** Something is to be said. */
  wake: () => void;
  /** The link is of no use any more. */
  fail: (error: Error) => void;
}

/** How long a round trip may take, in ms. [S6] */
export const COMMAND_MS = 1_000;
/** How soon to look again for servers that seem to have gone, in ms. */
const LOOK_AGAIN_MS = 350;

export function createSession(options: SessionOptions): Session {
  const { server, clock, names, ledger, peers, claims, answers, outbox, following, link, epoch, fail } =
    options;
  const ownChannel = names.server(server);
  const bucketOfChannel = new Map<string, number>();
  for (let bucket = 0; bucket < BUCKETS; bucket++) bucketOfChannel.set(names.bucket(bucket), bucket);
  const listened = new Set<number>();
  const probes = createSelfProbe({ server, clock, link, channel: ownChannel, fail });
  const repairs = createResync({ ...options, run });
  let beats = 0;
  let refreshedAt = clock.now();

  function run(commands: readonly BusCommand[]): Promise<readonly BusReply[]> {
    if (commands.length === 0) return Promise.resolve([]);
    return within(clock, COMMAND_MS, 'a round trip', link.run(commands));
  }

  function ownBeat(): BusCommand {
    const beat: Heartbeat = { epoch, number: ++beats, buckets: outbox.buckets() };
    return ['HSET', names.registry, server, encodeHeartbeat(beat)];
  }

  function letterTo(to: string, letter: ControlMessage): BusCommand {
    return ['PUBLISH', names.server(to), encodeControlMessage(letter)];
  }

  function readRegistry(reply: BusReply | undefined): ReadonlyMap<string, Heartbeat> {
    const registry = new Map<string, Heartbeat>();
    for (const [name, text] of reply as ReadonlyMap<string, string>) {
      const beat = parseHeartbeat(text);
      if (beat) registry.set(name, beat);
    }
    return registry;
  }

  function askForListeners(): BusCommand {
    return ['NUMSUB', ownChannel, ...[...peers.names()].map(names.server)];
  }

  function readListeners(reply: BusReply | undefined): Set<string> {
    const counts = reply as ReadonlyMap<string, number>;
    const found = new Map<string, number>();
    for (const name of peers.names()) {
      const count = counts.get(names.server(name));
      if (count !== undefined) found.set(name, count);
    }
    return peers.listeners(found);
  }

  /** Drops what the dead had, and tells them, in case they only seem to be. */
  function buryGone(): BusCommand[] {
    return peers.takeEvicted().map((gone) => {
      ledger.forget(gone.server);
      claims.gone(gone.server);
      return letterTo(gone.server, { kind: 'gone', epoch: gone.epoch });
    });
  }

  async function listen(buckets: readonly number[]): Promise<void> {
    const fresh = buckets.filter((bucket) => !listened.has(bucket));
    if (fresh.length === 0) return;
    for (const bucket of fresh) listened.add(bucket);
    await within(clock, COMMAND_MS, 'subscribing', link.subscribe(fresh.map(names.bucket)));
    probes.cover(fresh.map(names.bucket));
  }

  async function leaveIdle(): Promise<void> {
    const idle = following.takeUnused();
    if (idle.length === 0) return;
    for (const bucket of idle) {
      listened.delete(bucket);
      ledger.forgetBucket(bucket);
    }
    await within(clock, COMMAND_MS, 'unsubscribing', link.unsubscribe(idle.map(names.bucket)));
  }

  /** Reads what is missing of the buckets that are listened to; then they are known. */
  async function catchUp(buckets: readonly number[]): Promise<void> {
    await repairs.mend(buckets, true);
    for (const bucket of buckets) following.setKnown(bucket);
  }

  /** Keeps what is in the store from being cleaned up. What is not there any more has been lost. */
  async function refresh(): Promise<void> {
    if (clock.now() - refreshedAt < options.snapshotTtlMs / 3) return;
    refreshedAt = clock.now();
    const ttl = String(options.snapshotTtlMs);
    const keys = [...outbox.buckets().keys()].map((bucket) => names.share(bucket, server));
    const replies = await run([names.registry, ...keys].map((key) => ['PEXPIRE', key, ttl] as const));
    if (replies.includes(0)) throw new Error('what this server had written is gone');
  }

  async function lookAgain(): Promise<void> {
    const [counts] = await run([askForListeners()]);
    readListeners(counts);
    await run(buryGone());
    if (peers.doubtful()) lookAgainSoon();
  }

  let looking = false;
  function lookAgainSoon(): void {
    if (looking) return;
    looking = true;
    clock.schedule(() => {
      looking = false;
      lookAgain().catch(fail);
    }, LOOK_AGAIN_MS);
  }

  function hearReport(bucket: number, message: string): void {
    const report = parseDelta(message);
    if (!report || report.server === server || !listened.has(bucket)) return;
    const before = peers.epochOf(report.server);
    if (!peers.heard(report.server, report.epoch)) return;
    if (repairs.hold(bucket, report)) return;
    if (ledger.apply(bucket, report) === 'gap') repairs.need(bucket, report);
    if (before !== report.epoch) claims.settleServer(report.server);
  }

  function hearLetter(channel: string, message: string): void {
    const letter = parseControlMessage(message);
    switch (letter?.kind) {
      case 'probe':
        if (letter.server === server) probes.heard(channel, letter.number);
        return;
      case 'hello':
        if (peers.heard(letter.server, letter.epoch)) claims.settleServer(letter.server);
        return;
      case 'take':
        if (letter.epoch === epoch) answers.answer(letter);
        return;
      case 'gone':
        if (letter.epoch === epoch) fail(new Error('this server was given up by another one'));
        return;
      case 'want':
        outbox.repeat(letter.bucket);
        return options.wake();
      case 'bye':
        if (letter.server === server) return;
        peers.left(letter.server);
        buryGone();
        return;
      case undefined:
        return;
    }
  }

  return {
    async open() {
      await within(clock, COMMAND_MS, 'subscribing', link.subscribe([names.everybody, ownChannel]));
      await listen(following.wanted());
      const hello = encodeControlMessage({ kind: 'hello', server, epoch });
      const [, registry] = await run([
        ownBeat(),
        ['HGETALL', names.registry],
        ['PUBLISH', names.everybody, hello],
      ]);
      peers.beats(readRegistry(registry));
      const [counts] = await run([askForListeners()]);
      readListeners(counts);
      if (options.warm) {
        for (const [, peer] of peers.alive())
          for (const bucket of peer.buckets.keys()) following.warm(bucket);
        await listen(following.wanted());
      }
      await catchUp(following.wanted());
      for (const name of peers.names()) claims.settleServer(name);
      const { commands } = outbox.take();
      await run([
        ...commands,
        ...claims.letters().map(({ server: to, letter }) => letterTo(to, letter)),
        ownBeat(),
      ]);
      refreshedAt = clock.now();
    },
    async beat() {
      const { commands: probe, check } = probes.send();
      const [added, registry, counts] = await run([
        ownBeat(),
        ['HGETALL', names.registry],
        askForListeners(),
        ...probe,
      ]);
      check();
      // The field was there a second ago: the store has been emptied, or somebody has swept this server out.
      if (added !== 0) throw new Error('this server’s registration is gone');
      const all = readRegistry(registry);
      const news = [...peers.beats(all), ...readListeners(counts)];
      for (const name of news) claims.settleServer(name);
      peers.age();
      await run(buryGone());
      await repairs.mend([...listened], false);
      if (peers.doubtful()) lookAgainSoon();
      const remains = peers.remains(all);
      if (remains.length > 0) await run([['HDEL', names.registry, ...remains]]);
      await refresh();
      await leaveIdle();
    },
    async flush() {
      const { commands, opened } = outbox.take();
      const letters = claims.letters().map(({ server: to, letter }) => letterTo(to, letter));
      await run([...commands, ...letters, ...(opened ? [ownBeat()] : [])]);
    },
    async follow() {
      const fresh = following.wanted().filter((bucket) => !listened.has(bucket));
      if (fresh.length === 0) return;
      await listen(fresh);
      const [registry] = await run([['HGETALL', names.registry]]);
      peers.beats(readRegistry(registry));
      await catchUp(fresh);
    },
    hear(channel, message) {
      const bucket = bucketOfChannel.get(channel);
      if (bucket === undefined || message.startsWith('{"kind"')) hearLetter(channel, message);
      else hearReport(bucket, message);
    },
    async farewell(name) {
      await run([
        ['HDEL', names.registry, name],
        ['PUBLISH', names.everybody, encodeControlMessage({ kind: 'bye', server: name })],
      ]);
    },
  };
}
