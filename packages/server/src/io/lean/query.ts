/** The query of a WebSocket: what Engine.IO 4 requires, and the handshake of a client that wants to be joined at once. */
export interface SocketQuery {
  /** Why the request is no WebSocket of Engine.IO 4; `undefined` if it is one. */
  readonly problem: string | undefined;
  /** A handshake as a CONNECT would have it, not validated yet; `undefined` if the client sends a CONNECT. */
  readonly handshake: object | undefined;
}

/** What a stock client sends. */
const STOCK_QUERY = 'EIO=4&transport=websocket';
const STOCK: SocketQuery = { problem: undefined, handshake: undefined };

/** What the script tag sends. Reading it by `URLSearchParams` costs ten times as much. */
const OWN_QUERY =
  /^EIO=4&transport=websocket&join=(\d{1,9})&(?:v=\d{1,9}&)?member=([\w-]+)(?:&resume=([\w.-]+))?(?:&page=([\w.~%-]+))?(?:&tabs=(\d{1,9}))?(?:&resume=([\w.-]+))?$/;

export function readQuery(url: string): SocketQuery {
  const text = url.slice(url.indexOf('?') + 1);
  if (text === STOCK_QUERY) return STOCK;
  const own = OWN_QUERY.exec(text);
  if (!own) return parseQuery(text);
  // The resume token is last if the client has had its page before it. The first of two tokens counts, as in parseQuery.
  const [, version, member, first, page, tabs, last] = own;
  const resume = first ?? last;
  const decoded = page === undefined ? undefined : decode(page);
  // `URLSearchParams` decodes what is not encoded correctly in its own way.
  if (page !== undefined && decoded === undefined) return parseQuery(text);
  const handshake = {
    v: Number(version),
    member: copy(member!),
    resume,
    page: decoded,
    tabs: tabs && Number(tabs),
  };
  return { problem: undefined, handshake };
}

/** A part of a text keeps all of it in memory, here for as long as its member is counted. */
function copy(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Reads a query in any form. */
export function parseQuery(text: string): SocketQuery {
  const query = new URLSearchParams(text);
  const problem = problemOf(query);
  const version = query.get('join');
  const tabs = query.get('tabs');
  if (problem !== undefined || version === null) return { problem, handshake: undefined };
  return {
    problem,
    handshake: {
      v: Number(version),
      member: query.get('member') ?? undefined,
      resume: query.get('resume') ?? undefined,
      page: query.get('page') ?? undefined,
      tabs: tabs === null ? undefined : Number(tabs),
    },
  };
}

function problemOf(query: URLSearchParams): string | undefined {
  if (query.get('transport') !== 'websocket') return 'this server accepts the transport websocket only';
  if (query.get('EIO') !== '4') return 'this server speaks Engine.IO 4 only';
  // A session that began with polling, which this server does not offer.
  return query.has('sid') ? 'the session is unknown' : undefined;
}
