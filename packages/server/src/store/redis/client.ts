/** As much of a client of node-redis as is used here. */
export interface RedisClient {
  readonly options: RedisClientOptions | undefined;
  duplicate(overrides?: object): unknown;
  connect(): Promise<unknown>;
  /** Ends it at once; commands that have no answer yet fail. May be called twice. */
  destroy(): void;
  sendCommand(args: readonly string[]): Promise<unknown>;
  subscribe(channels: string[], listener: ChannelListener): Promise<unknown>;
  unsubscribe(channels: string[]): Promise<unknown>;
  sSubscribe(channels: string[], listener: ChannelListener): Promise<unknown>;
  sUnsubscribe(channels: string[]): Promise<unknown>;
  on(event: 'error' | 'connect' | 'sharded-channel-moved', listener: (error: Error) => void): unknown;
}

export type ChannelListener = (message: string, channel: string) => void;

export interface RedisClientOptions {
  readonly url?: string | undefined;
  readonly username?: string | undefined;
  readonly socket?: RedisSocketOptions | undefined;
}

export interface RedisSocketOptions {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly tls?: boolean | undefined;
  /** A Unix socket. */
  readonly path?: string | undefined;
}

/** How long any one step of making a link may take, in ms. [S6] */
export const TIMEOUT_MS = 1_000;

/**
 * A client like `template`, but with options of ours: it connects once, queues nothing, and keeps no clock of its own,
 * since whoever uses it does. It speaks RESP 2, in which every reply that is used here is a number or a flat list.
 */
export function createLike(template: RedisClient): RedisClient {
  return template.duplicate({
    // What it says is in the other options by now.
    url: undefined,
    socket: {
      ...template.options?.socket,
      reconnectStrategy: false,
      // For what goes on after ours has passed.
      connectTimeout: 2 * TIMEOUT_MS,
      socketTimeout: undefined,
    },
    RESP: 2,
    disableOfflineQueue: true,
    commandsQueueMaxLength: undefined,
    commandOptions: { timeout: undefined },
    pingInterval: undefined,
    keyPrefix: undefined,
    readonly: false,
    // Each of these would be one more command at the start, and one more right to ask operators for.
    name: undefined,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    clientSideCache: undefined,
    emitInvalidate: false,
  }) as RedisClient;
}

/** Where a client connects to, for people. */
export function placeOf({ options }: RedisClient): string {
  const { path, host, port, tls } = options?.socket ?? {};
  if (path !== undefined) return path;
  const name = host?.includes(':') ? `[${host}]` : (host ?? 'localhost');
  return `${name}:${port ?? 6379}${tls ? ' (TLS)' : ''}`;
}
