import { randomBytes } from 'node:crypto';
import { BusRefused, type Bus, type BusLink } from '../bus/bus.ts';
import { assertMaster, readHello, rehearse, type Hello } from './check-redis.ts';
import { placeOf, type RedisClient } from './client.ts';
import { createConnections, withinPatience, type Connections } from './connections.ts';
import { explain } from './describe-redis-error.ts';
import { createLink, type LinkNode } from './link.ts';
import { readSlots, slotOf, SLOTS, type SlotRange } from './slots.ts';
import { pubSubCommandsFor } from './pubsub-commands.ts';
import { createTemplates, type RedisTarget, type Templates } from './target.ts';

/** The masters that are used, and where everything lies. */
interface Layout {
  readonly nodes: readonly CheckedNode[];
  readonly cluster: boolean;
  nodeOf(name: string): CheckedNode | undefined;
}

interface CheckedNode extends LinkNode {
  readonly hello: Hello;
}

/**
 * Redis as a bus. Each link has connections of its own: two to a Redis that stands alone, two to each master of a
 * cluster. They connect once; whatever goes wrong with any of them ends the link.
 *
 * @param prefix what all keys and channels begin with, before a colon
 */
export function createRedisBus(target: RedisTarget, prefix: string): Bus {
  let templates: Promise<Templates> | undefined;
  /** Masters that were seen last: the addresses in the target may all be gone when it matters. */
  let seen: readonly RedisClient[] = [];

  async function layOut(connections: Connections): Promise<Layout> {
    const known = await (templates ??= createTemplates(target));
    const { client, hello } = await openAny([...known.roots, ...seen], connections);
    if (!hello.cluster) {
      const place = placeOf(client);
      if (known.cluster) throw new BusRefused(`Redis at ${place} is no cluster: use createClient() for it`);
      assertMaster(client, hello);
      const subscriber = await named(place, connections.open(client));
      const node = { name: '', commands: client, subscriber, hello };
      return { nodes: [node], cluster: false, nodeOf: () => node };
    }
    const ranges = await named(placeOf(client), readCluster(client, hello, connections));
    connections.drop(client);
    const layout = await layOutCluster(ranges, known, connections);
    seen = layout.nodes.map(({ commands }) => commands);
    return layout;
  }

  async function readCluster(
    client: RedisClient,
    { version }: Hello,
    connections: Connections,
  ): Promise<SlotRange[]> {
    try {
      const reply = await withinPatience(client.sendCommand(['CLUSTER', 'SLOTS']));
      return readSlots(reply, client.options?.socket?.host ?? 'localhost');
    } catch (error) {
      if (!(error as Error).message.startsWith('NOPERM')) throw error;
      // Whoever may not ask this has been given other rights too few as well, and is told of all at once.
      const subscriber = await connections.open(client);
      const node = { commands: client, subscriber };
      await rehearse(node, pubSubCommandsFor(true, version), prefix, createProbe(prefix), ['cluster|slots']);
      throw error;
    }
  }

  return {
    async connect(events) {
      let early: Error | undefined;
      let up = false;
      let where = 'an unknown address';
      const connections = createConnections(lost);
      function lost(error: Error): void {
        connections.close();
        if (up) events.down(explain(error, where));
        else early ??= error;
        up = false;
      }
      try {
        const { nodes, cluster, nodeOf } = await layOut(connections);
        where = nodes.map(({ commands }) => placeOf(commands)).join(', ');
        const oldest = nodes.map(({ hello }) => hello.version).reduce((a, b) => (a[0] <= b[0] ? a : b));
        const spelling = pubSubCommandsFor(cluster, oldest);
        const probe = createProbe(prefix);
        await Promise.all(
          nodes.map(async (node) => {
            const name = nameOn(node, nodeOf, probe);
            if (name === undefined) return;
            await named(placeOf(node.commands), rehearse(node, spelling, prefix, name));
          }),
        );
        const link: BusLink = createLink({
          nodeOf,
          spelling,
          heard: (message, channel) => {
            if (up) events.message(channel, message);
          },
          isOpen: () => up,
          lost,
          close() {
            up = false;
            connections.close();
          },
        });
        if (early) throw early;
        up = true;
        return link;
      } catch (error) {
        connections.close();
        throw explain(early ?? error, where);
      }
    },
  };
}

/** A name that nobody else uses at this moment. */
function createProbe(prefix: string): string {
  return `${prefix}:probe-${randomBytes(6).toString('hex')}`;
}

/** Opens the first that answers. What the first of all failed with is what people should hear. */
async function openAny(
  roots: readonly RedisClient[],
  connections: Connections,
): Promise<{ client: RedisClient; hello: Hello }> {
  let problem: unknown;
  for (const root of roots) {
    let client: RedisClient | undefined;
    try {
      client = await connections.open(root);
      return { client, hello: await readHello(client) };
    } catch (error) {
      if (client) connections.drop(client);
      const explained = explain(error, placeOf(root));
      // A wrong password is wrong everywhere, and might lock the user out.
      if (explained instanceof BusRefused) throw explained;
      problem ??= explained;
    }
  }
  throw problem;
}

async function layOutCluster(
  ranges: readonly SlotRange[],
  templates: Templates,
  connections: Connections,
): Promise<Layout> {
  const places = new Map(ranges.map(({ host, port }) => [`${host}:${port}`, { host, port }]));
  const opened = await Promise.all(
    [...places].map(async ([name, { host, port }]): Promise<CheckedNode> => {
      const template = templates.node(host, port);
      return named(
        placeOf(template),
        (async () => {
          const [commands, subscriber] = await Promise.all([
            connections.open(template),
            connections.open(template),
          ]);
          return { name, commands, subscriber, hello: await readHello(commands) };
        })(),
      );
    }),
  );
  if (opened.length === 0) throw new Error('CLUSTERDOWN no node of the cluster has any slots');
  const nodes = new Map(opened.map((node) => [node.name, node]));
  const bySlot = new Array<CheckedNode | undefined>(SLOTS);
  for (const { from, to, host, port } of ranges) bySlot.fill(nodes.get(`${host}:${port}`), from, to + 1);
  return { nodes: opened, cluster: true, nodeOf: (name) => bySlot[slotOf(name)] };
}

/** A name that begins with `base` and lies on `node`, or `undefined` if that has next to no slots. */
function nameOn(
  node: CheckedNode,
  nodeOf: (name: string) => CheckedNode | undefined,
  base: string,
): string | undefined {
  for (let i = 0; i < 10_000; i++) {
    const name = `${base}-${i}`;
    if (nodeOf(name) === node) return name;
  }
  return undefined;
}

/** Errors of a step, told with the address they are about. */
async function named<T>(place: string, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    throw explain(error, place);
  }
}
