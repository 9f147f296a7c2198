/** The commands for pub/sub: of all nodes, or sharded, within the slot of a channel. */
export interface PubSubCommands {
  readonly publish: 'PUBLISH' | 'SPUBLISH';
  /** `undefined` where the reply is not reliable. */
  readonly numsub: 'NUMSUB' | 'SHARDNUMSUB' | undefined;
  readonly subscribe: 'subscribe' | 'sSubscribe';
  readonly unsubscribe: 'unsubscribe' | 'sUnsubscribe';
}

const plain: PubSubCommands = {
  publish: 'PUBLISH',
  numsub: 'NUMSUB',
  subscribe: 'subscribe',
  unsubscribe: 'unsubscribe',
};

const sharded: PubSubCommands = {
  publish: 'SPUBLISH',
  numsub: 'SHARDNUMSUB',
  subscribe: 'sSubscribe',
  unsubscribe: 'sUnsubscribe',
};

/**
 * Before 7.0 a cluster passes messages on between all its nodes, and each node counts only its own subscribers. A count
 * of 0 may mean that the subscriber is on another node, so subscribers are not counted there.
 */
export function pubSubCommandsFor(
  isCluster: boolean,
  [major]: readonly [major: number, minor: number],
): PubSubCommands {
  if (!isCluster) return plain;
  return major >= 7 ? sharded : { ...plain, numsub: undefined };
}
