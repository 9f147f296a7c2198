import { createHash, getRandomValues } from 'node:crypto';

/** A connection number follows the hash, in one byte: enough for the moves of a bench. */
const HASH_BYTES = 8;

/**
 * Mesh stores in virtual time with members on one site, and a meter between each and the bus. The meter adds up what the
 * stores' commands, replies and messages take in RESP, and what the same commands would take if they carried the hashes
 * of members: a field of the snapshot's hash for each member, and lists of joins and leaves in each delta.
 *
 * @param {{ createMeshStore: Function, createWorld: Function }} sources
 */
export function startServers({ createMeshStore, createWorld }, { count, site }) {
  const world = createWorld();
  let metered = createMetered();

  function meter(server, command, reply) {
    const { counts, hashes } = metered;
    counts.bytes += bytesOf(command, reply);
    for (const [asked, answer] of asHashes(server, command, reply)) hashes.bytes += bytesOf(asked, answer);
  }

  /** The commands of a design that replicates hashes, in place of one of the store's. */
  function asHashes(server, command, reply) {
    const [name, key, ...rest] = command;
    const isSnapshot = /\{b\d+\}:/.test(key);
    if (name === 'DEL' && isSnapshot) server.opens = true;
    if (name === 'HSET' && isSnapshot) {
      const joins = [...(server.opens ? server.members : server.joins).values()];
      const left = server.opens ? [] : [...server.leaves.values()];
      const fields = joins.flatMap(({ hash, connectionNumber }) => [fieldOf(hash), String(connectionNumber)]);
      const write = [['HSET', key, ...rest.slice(0, 2), ...fields], reply];
      return left.length === 0 ? [write] : [write, [['HDEL', key, ...left.map(fieldOf)], left.length]];
    }
    if (name === 'HGETALL' && isSnapshot && reply.size > 0) {
      const { members } = servers.find(({ store }) => key.endsWith(`:${store.server}`));
      const fields = [...members.values()].map(({ hash, connectionNumber }) => [
        fieldOf(hash),
        String(connectionNumber),
      ]);
      return [[command, new Map([['#', reply.get('#')], ...fields])]];
    }
    if (name !== 'PUBLISH' || !rest[0].startsWith('{"s"')) return [[command, reply]];
    const joins = [...(server.opens ? server.members : server.joins).values()];
    const joined = Buffer.concat(
      joins.flatMap(({ hash, connectionNumber }) => [hash, Buffer.of(connectionNumber)]),
    );
    const left = Buffer.concat(server.opens ? [] : [...server.leaves.values()]);
    const delta = [site, joined.toString('base64url'), left.toString('base64url')];
    const text = JSON.stringify({ ...JSON.parse(rest[0]), c: [delta] });
    metered.counts.messages.push({ from: server.index, text: rest[0] });
    metered.hashes.messages.push({ from: server.index, text });
    server.joins.clear();
    server.leaves.clear();
    server.opens = false;
    return [[['PUBLISH', key, text], reply]];
  }

  function watch(bus, server) {
    const connect = async (events) => {
      const link = await bus.connect(events);
      const run = async (commands) => {
        const replies = await link.run(commands);
        commands.forEach((command, index) => meter(server, command, replies[index]));
        return replies;
      };
      return { ...link, run };
    };
    return { connect };
  }

  function join(server, id = getRandomValues(new Uint32Array(5)).join('-'), connectionNumber = 1) {
    const member = {
      hash: createHash('sha256').update(id).digest().subarray(0, HASH_BYTES),
      connectionNumber,
    };
    server.members.set(id, member);
    server.joins.set(id, member);
    server.store.report(site, server.members.size);
  }

  function leave(server, id) {
    const { hash } = server.members.get(id);
    server.members.delete(id);
    // A delta that has not been sent yet need not say that a member came and went.
    if (!server.joins.delete(id)) server.leaves.set(id, hash);
    server.store.report(site, server.members.size);
  }

  const servers = Array.from({ length: count }, (_, index) => {
    const machine = world.machine();
    const server = { index, members: new Map(), joins: new Map(), leaves: new Map(), opens: false };
    const [name, timing] = [
      `server-${index}`,
      { leaseMs: 8_000, heartbeatIntervalMs: 1_000, publishIntervalMs: 100 },
    ];
    const options = { server: name, prefix: 'bench', follow: 'hosted', random: () => 0.5, ...timing };
    server.store = createMeshStore({ ...options, bus: watch(machine.bus, server), clock: machine.clock });
    const claimed = (_site, id) => server.members.has(id) && leave(server, id);
    void server.store.open({ changed() {}, stale() {}, claimed });
    return server;
  });

  /** What was metered since the last call. */
  function take() {
    const taken = metered;
    metered = createMetered();
    return taken;
  }
  return { world, servers, join, leave, take };
}

/** Applies a delta of hashes. A member's number holds its servers as bits, above them that of its connection. */
export function applyHashes(replica, { from, text }) {
  const [[, joined, left]] = JSON.parse(text).c;
  const joins = Buffer.from(joined, 'base64url');
  for (let at = 0; at < joins.length; at += HASH_BYTES + 1) {
    const hash = joins.readBigUInt64LE(at);
    const known = replica.get(hash) ?? 0;
    const connectionNumber = Math.max(known >> 8, joins[at + HASH_BYTES]);
    replica.set(hash, (connectionNumber << 8) | (known & 0xff) | (1 << from));
  }
  const leaves = Buffer.from(left, 'base64url');
  for (let at = 0; at < leaves.length; at += HASH_BYTES) {
    const hash = leaves.readBigUInt64LE(at);
    const rest = (replica.get(hash) ?? 0) & ~(1 << from);
    if ((rest & 0xff) === 0) replica.delete(hash);
    else replica.set(hash, rest);
  }
}

const fieldOf = (hash) => `0${hash.toString('base64url')}`;
const createMetered = () => ({ counts: { bytes: 0, messages: [] }, hashes: { bytes: 0, messages: [] } });

/** What a command takes in RESP with its reply and, if it publishes, with the messages to all who are subscribed. */
function bytesOf(command, reply) {
  const answer =
    typeof reply === 'number' ? 3 + String(reply).length : arrayBytes([...reply].flat().map(String));
  const messages = command[0] === 'PUBLISH' ? reply * arrayBytes(['message', ...command.slice(1)]) : 0;
  return arrayBytes(command) + answer + messages;
}

const arrayBytes = (parts) =>
  parts.reduce(
    (sum, { length }) => sum + 5 + String(length).length + length,
    3 + String(parts.length).length,
  );
