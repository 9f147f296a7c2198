/** The part of a client of node-redis that the store uses. */
export interface RedisClient {
  readonly options: RedisClientOptions | undefined;
  duplicate(overrides?: object): unknown;
  connect(): Promise<unknown>;
  /** Closes it at once; commands without a reply fail. May be called twice. */
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

/** How long one step of making a link may take, in ms. [S6] */
export const TIMEOUT_MS = 1_000;

/**
 * A client like `template` that connects once, queues nothing and has no timeouts, which the store has itself. It speaks
 * RESP 2, in which every reply that the store uses is a number or a flat list.
 */
export function createLike(template: RedisClient): RedisClient {
  return template.duplicate({
    // The other options already contain its parts.
    url: undefined,
    socket: {
      ...template.options?.socket,
      reconnectStrategy: false,
      // Ends an attempt that goes on after the store's own timeout.
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
    // Each of these would send one more command at the start, which operators would have to permit.
    name: undefined,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    clientSideCache: undefined,
    emitInvalidate: false,
  }) as RedisClient;
}

/** The address that a client connects to, for texts. */
export function addressOf({ options }: RedisClient): string {
  const { path, host, port, tls } = options?.socket ?? {};
  if (path !== undefined) return path;
  const name = host?.includes(':') ? `[${host}]` : (host ?? 'localhost');
  return `${name}:${port ?? 6379}${tls ? ' (TLS)' : ''}`;
}
