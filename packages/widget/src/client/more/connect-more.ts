import type { Connect, ConnectMore, Handshake } from '../connection.ts';
import { createFallback, type ConnectReporting } from '../fallback.ts';
import { getClients } from '../shared-client.ts';
import { addOptions } from './add-options.ts';
import { connectAsBrowser } from './browser-group.ts';
import { freezeWhenHidden } from './freeze.ts';
import { currentPath, watchPath } from './watch-path.ts';

/** One for each server, so that what it has learned about WebSocket lasts for the page. */
const fallbacks: Record<string, ConnectReporting> = {};

/**
 * A connection with options, and with server-sent events where WebSocket is blocked. A page that an opt-out link has opened
 * sends the link's token first, for which the browser gets a cookie; the server then rejects the connection.
 */
export const connectMore: ConnectMore = (options, target, ...others) => {
  const [page, token] = location.href.split('#live-online=');
  /** `undefined` after the end. */
  let close: (() => void) | undefined = () => {};
  const open = (): void => {
    close &&= connectNow(options, target, ...others);
  };
  if (!token) open();
  else {
    // Who copies the address must not pass the link on.
    history.replaceState(history.state, '', page);
    const url = target.origin + target.path.replace('socket.io', `opt-out?token=${token}`);
    fetch(url, { method: 'POST', credentials: 'include' }).then(open, open);
  }
  return () => {
    close = close?.() as undefined;
  };
};

const connectNow: ConnectMore = (options, target, ...others) => {
  // Without options, the script tag connects in this way because its socket has failed.
  const key = JSON.stringify(target);
  const direct = (fallbacks[key + !options] ??= createFallback(!options));
  // The script tag asks by its attributes, maybe after an element.
  const { count, scope, freeze } = options ? addOptions(getClients()?.[key], options) : {};
  // Browsers offer locks to secure contexts only. Elsewhere each tab is a member.
  const isShared = count === 'people' && navigator.locks && globalThis.BroadcastChannel;
  const connect: Connect = (...args) =>
    (isShared ? connectAsBrowser : connectAsTab)(direct, scope === 'page', ...args);
  return freeze === undefined ? connect(target, ...others) : freezeWhenHidden(connect, target, ...others);
};

function connectAsTab(
  connect: ConnectReporting,
  hasPage: boolean,
  ...[target, handshake, onTotal, onEnd]: Parameters<Connect>
): () => void {
  if (!hasPage) return connect(target, handshake, onTotal, onEnd);
  const own: Handshake = { ...handshake, page: currentPath() };
  const close = connect(target, own, onTotal, onEnd);
  const unwatch = watchPath(() => {
    own.page = currentPath() ?? own.page;
    close.report();
  });
  return () => {
    unwatch();
    close();
  };
}
