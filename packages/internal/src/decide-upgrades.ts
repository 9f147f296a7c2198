import { createServer, type IncomingMessage, type Server } from 'node:http';

/** Whether an upgrade that a client offers is accepted. */
export type UpgradeDecider = (request: IncomingMessage) => boolean;

/** The state for one server. */
interface Decision {
  deciders: Set<UpgradeDecider>;
  /** Restores the server. */
  restore: () => void;
}

type RequestClass = typeof IncomingMessage;

/** A registered symbol, because several bundles can contain this module and use the same server. */
const DECISION = Symbol.for('live-online.upgrade-decision');

/** From Node 22.21 and 24.9 on, Node calls this function to decide whether an offered upgrade becomes an 'upgrade' event. */
type DecidingServer = Server & { shouldUpgradeCallback?: UpgradeDecider; [DECISION]?: Decision };

/**
 * Lets `decide` accept upgrades of an HTTP server. The server handles all others.
 *
 * If a server has a listener for 'upgrade', Node treats every request that offers an upgrade, such as `Upgrade: h2c`, as an
 * upgrade and does not read its body. This function decides for each request: if no decider accepts the upgrade, it is
 * an ordinary request, unless the server has other listeners for upgrades.
 *
 * @returns A function that restores the server. It can be called twice.
 */
export function decideUpgrades(server: Server, decide: UpgradeDecider): () => void {
  const deciding: DecidingServer = server;
  const decision = (deciding[DECISION] ??= install(deciding));
  decision.deciders.add(decide);
  return () => {
    if (!decision.deciders.delete(decide) || decision.deciders.size > 0) return;
    delete deciding[DECISION];
    decision.restore();
  };
}

function install(server: DecidingServer): Decision {
  const deciders = new Set<UpgradeDecider>();
  // Without a listener, Node does not emit 'upgrade' at all.
  const listensForUpgrades = (): void => {};
  server.on('upgrade', listensForUpgrades);
  const isUpgrade = (request: IncomingMessage): boolean => {
    for (const decide of deciders) if (decide(request)) return true;
    return false;
  };
  const hostListens = (): boolean => server.listenerCount('upgrade') > 1;
  const restore = server.shouldUpgradeCallback
    ? wrapCallback(server, isUpgrade, hostListens)
    : wrapRequestClass(server, (request) => isUpgrade(request) || hostListens());
  return {
    deciders,
    restore() {
      server.off('upgrade', listensForUpgrades);
      restore();
    },
  };
}

function wrapCallback(
  server: DecidingServer,
  isUpgrade: UpgradeDecider,
  hostListens: () => boolean,
): () => void {
  const original = server.shouldUpgradeCallback!;
  const decide: UpgradeDecider = (request) =>
    isUpgrade(request) || (hostListens() && original.call(server, request));
  server.shouldUpgradeCallback = decide;
  return () => {
    if (server.shouldUpgradeCallback === decide) server.shouldUpgradeCallback = original;
  };
}

/**
 * Older versions of Node read `request.upgrade` to decide, and store the class of a server's requests (an option of
 * `http.createServer`) under a private symbol. An HTTP/2 server that allows HTTP/1.1 sets it again for each such
 * connection.
 */
function wrapRequestClass(server: Server, decide: UpgradeDecider): () => void {
  const symbol = requestClassSymbol();
  const classes = server as unknown as Record<symbol, RequestClass | undefined>;
  let original: RequestClass | undefined;
  let decided: RequestClass | undefined;
  const take = (next: RequestClass | undefined): void => {
    if (next === original || next === decided) return;
    original = next;
    decided = next && decidingClass(next, decide);
  };
  take(classes[symbol]);
  Object.defineProperty(classes, symbol, { configurable: true, get: () => decided, set: take });
  return () => {
    delete classes[symbol];
    if (original) classes[symbol] = original;
  };
}

function requestClassSymbol(): symbol {
  const symbols = Object.getOwnPropertySymbols(createServer());
  const symbol = symbols.find(({ description }) => description === 'IncomingMessage');
  if (!symbol) throw new TypeError('this version of Node has no known class of requests');
  return symbol;
}

function decidingClass(original: RequestClass, decide: UpgradeDecider): RequestClass {
  const offers = new WeakSet<IncomingMessage>();
  const define = (request: IncomingMessage, value: boolean): void => {
    // An own property, as in Node, because frameworks replace the prototypes of requests.
    Object.defineProperty(request, 'upgrade', {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  };
  const Deciding = class extends original {};
  // Node sets it before it has read the headers, and reads it afterwards.
  Object.defineProperty(Deciding.prototype, 'upgrade', {
    configurable: true,
    get(this: IncomingMessage): boolean | null {
      if (!offers.delete(this)) return null;
      const value = this.method === 'CONNECT' || decide(this);
      define(this, value);
      return value;
    },
    set(this: IncomingMessage, offered: boolean | null) {
      if (offered) offers.add(this);
      else if (offered !== null) define(this, false);
    },
  });
  return Deciding;
}
