import { createServer, type IncomingMessage, type Server } from 'node:http';

/** Whether an upgrade that a client offers is taken. */
export type UpgradeDecider = (request: IncomingMessage) => boolean;

/** What decides on one server's upgrades. */
interface Decision {
  deciders: Set<UpgradeDecider>;
  /** Leaves the server as it was found. */
  restore: () => void;
}

type RequestClass = typeof IncomingMessage;

/** A registered symbol, because several bundles of this module may meet on one server. */
const DECISION = Symbol.for('live-online.upgrade-decision');

/** From Node 22.21 and 24.9 on, Node asks this function whether an offered upgrade becomes an 'upgrade' event. */
type DecidingServer = Server & { shouldUpgradeCallback?: UpgradeDecider; [DECISION]?: Decision };

/**
 * Lets `decide` take upgrades from an HTTP server, and leaves all others to the server.
 *
 * As soon as anything listens for 'upgrade', Node treats every request that offers one, such as `Upgrade: h2c`, as an
 * upgrade and does not read its body. Here each offer is decided by itself: one that no decider takes is an
 * ordinary request, unless the server has other listeners for upgrades.
 *
 * @returns a function that leaves the server as it was found. It may be called twice.
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
 * Older versions of Node read `request.upgrade` to decide, and keep the class of a server's requests (an
 * option of `http.createServer`) under a symbol of their own. An HTTP/2 server that allows HTTP/1.1 sets it
 * again with each such connection.
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
  if (!symbol) throw new TypeError('this version of Node does not say of which class its requests are');
  return symbol;
}

function decidingClass(original: RequestClass, decide: UpgradeDecider): RequestClass {
  const offers = new WeakSet<IncomingMessage>();
  const define = (request: IncomingMessage, value: boolean): void => {
    // An own property from here on, as Node has it: frameworks replace the prototypes of requests.
    Object.defineProperty(request, 'upgrade', {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  };
  const Deciding = class extends original {};
  // Node sets it before it has read the headers, and asks for it afterwards.
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
