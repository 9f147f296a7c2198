/** How Redis spells what there is in two ways: pub/sub for all nodes, and pub/sub within the slot of a channel. */
export interface PubSubCommands {
  readonly publish: 'PUBLISH' | 'SPUBLISH';
  /** Absent where no answer could be trusted. */
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
 * Before 7.0 a cluster passes messages on between all its nodes, and each counts only the listeners of its own. Which
 * of them a listener is on depends on what it last knew of the cluster: a count of 0 might mean somewhere else, so
 * nobody is asked there.
 */
export function pubSubCommandsFor(
  cluster: boolean,
  [major]: readonly [major: number, minor: number],
): PubSubCommands {
  if (!cluster) return plain;
  return major >= 7 ? sharded : { ...plain, numsub: undefined };
}
