import { BusRefused } from '../bus/bus.ts';
import { assertMaster, checkPermissions, readHello, type Hello } from './check-redis.ts';
import { addressOf, type RedisClient } from './client.ts';
import { withTimeout, type Connections } from './connections.ts';
import { describeRedisError } from './describe-redis-error.ts';
import type { LinkNode } from './link.ts';
import { pubSubCommandsFor, type PubSubCommands } from './pubsub-commands.ts';
import { parseSlots, slotOf, SLOTS, type SlotRange } from './slots.ts';
import type { Templates } from './target.ts';

interface Node extends LinkNode {
  readonly hello: Hello;
}

/** The connected masters, and which of them has a key. */
export interface Layout {
  readonly nodes: readonly LinkNode[];
  nodeOf(name: string): LinkNode | undefined;
  readonly pubSub: PubSubCommands;
  readonly isCluster: boolean;
}

/**
 * Connects to a Redis, or to all masters of a cluster, and checks versions and permissions.
 *
 * @param seen masters that were used before: the addresses in the target may all be down.
 * @param prefix what all keys and channels begin with
 * @param probe a name that is not used by others, with this prefix
 */
export async function connectLayout(
  templates: Templates,
  seen: readonly RedisClient[],
  connections: Connections,
  prefix: string,
  probe: string,
): Promise<Layout> {
  const { client, hello } = await openAny([...templates.roots, ...seen], connections);
  const address = addressOf(client);
  if (hello.isCluster) {
    const ranges = await withAddress(address, readCluster(client, hello, connections, prefix, probe));
    connections.drop(client);
    return checkLayout(await openCluster(ranges, templates, connections), prefix, probe);
  }
  if (templates.isCluster) {
    throw new BusRefused(`Redis at ${address} is not a cluster: use createClient() for it`);
  }
  assertMaster(client, hello);
  const subscriber = await withAddress(address, connections.open(client));
  const node: Node = { name: '', commands: client, subscriber, hello };
  return checkLayout({ nodes: [node], nodeOf: () => node }, prefix, probe);
}

/** Opens the first address that answers. If none does, the error is that of the first one. */
async function openAny(
  roots: readonly RedisClient[],
  connections: Connections,
): Promise<{ client: RedisClient; hello: Hello }> {
  let first: unknown;
  for (const root of roots) {
    let client: RedisClient | undefined;
    try {
      client = await connections.open(root);
      return { client, hello: await readHello(client) };
    } catch (error) {
      if (client) connections.drop(client);
      const described = describeRedisError(error, addressOf(root));
      // A wrong password is wrong at every address, and more attempts could lock the user.
      if (described instanceof BusRefused) throw described;
      first ??= described;
    }
  }
  throw first;
}

async function readCluster(
  client: RedisClient,
  { version }: Hello,
  connections: Connections,
  prefix: string,
  probe: string,
): Promise<SlotRange[]> {
  try {
    const reply = await withTimeout(client.sendCommand(['CLUSTER', 'SLOTS']));
    return parseSlots(reply, client.options?.socket?.host ?? 'localhost');
  } catch (error) {
    if (!(error as Error).message.startsWith('NOPERM')) throw error;
    // A user without this permission often lacks others as well: the error names all of them.
    const node = { commands: client, subscriber: await connections.open(client) };
    await checkPermissions(node, pubSubCommandsFor(true, version), prefix, probe, ['cluster|slots']);
    throw error;
  }
}

async function openCluster(
  ranges: readonly SlotRange[],
  templates: Templates,
  connections: Connections,
): Promise<{ nodes: readonly Node[]; nodeOf(name: string): Node | undefined }> {
  const open = async (name: string, { host, port }: SlotRange): Promise<Node> => {
    const template = templates.node(host, port);
    const opening = Promise.all([connections.open(template), connections.open(template)]);
    const reading = opening.then(async ([commands, subscriber]) => {
      return { name, commands, subscriber, hello: await readHello(commands) };
    });
    return withAddress(addressOf(template), reading);
  };
  const named = new Map(ranges.map((range) => [`${range.host}:${range.port}`, range]));
  const nodes = await Promise.all([...named].map(([name, range]) => open(name, range)));
  if (nodes.length === 0) throw new Error('CLUSTERDOWN no node of the cluster has any slots');
  const bySlot = new Array<Node | undefined>(SLOTS);
  for (const { from, to, host, port } of ranges) {
    const node = nodes.find(({ name }) => name === `${host}:${port}`);
    bySlot.fill(node, from, to + 1);
  }
  return { nodes, nodeOf: (name) => bySlot[slotOf(name)] };
}

async function checkLayout(
  { nodes, nodeOf }: { nodes: readonly Node[]; nodeOf(name: string): Node | undefined },
  prefix: string,
  probe: string,
): Promise<Layout> {
  const oldest = nodes.map(({ hello }) => hello.version).reduce((a, b) => (a[0] <= b[0] ? a : b));
  const { isCluster } = nodes[0]!.hello;
  const pubSub = pubSubCommandsFor(isCluster, oldest);
  await Promise.all(
    nodes.map(async (node) => {
      const name = nameOn(node, nodeOf, probe);
      if (name === undefined) return;
      await withAddress(addressOf(node.commands), checkPermissions(node, pubSub, prefix, name));
    }),
  );
  return { nodes, nodeOf, pubSub, isCluster };
}

/** A name with this beginning that is on `node`, or `undefined` if the node has hardly any slots. */
function nameOn(
  node: Node,
  nodeOf: (name: string) => Node | undefined,
  beginning: string,
): string | undefined {
  for (let i = 0; i < 10_000; i++) {
    const name = `${beginning}-${i}`;
    if (nodeOf(name) === node) return name;
  }
  return undefined;
}

/** Describes errors of a step with the address that they are about. */
async function withAddress<T>(address: string, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    throw describeRedisError(error, address);
  }
}
