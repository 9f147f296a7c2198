import type { Connect, ConnectMore, MoreOptions } from './connection.ts';
import { openPackets } from './packets.ts';

/**
 * Connects by WebSocket. Everything else is in a second file, which is loaded if an option needs it, and if the socket has
 * failed twice in a row.
 *
 * @param options Those that need the second file, or `false`.
 */
export function createTagConnect(options: MoreOptions | false | undefined): Connect {
  return (target, handshake, onTotal, onEnd, failures) => {
    // After two attempts with the file, two without it follow: a page may be unable to load it.
    if (!options && !(failures! & 2))
      return openPackets(
        target,
        handshake,
        ([name, total, details]) => name === 'total' && onTotal(total, details as object),
        onEnd,
      );
    /** `undefined` after the end. */
    let close: (() => void) | undefined = () => {};
    import(target.origin + target.path.replace('socket.io', 'live-online.more.js')).then(
      (more: { connect: ConnectMore }) => {
        close &&= more.connect(options, target, handshake, onTotal, onEnd);
      },
      () => close && onEnd(),
    );
    return () => {
      close = close?.() as undefined;
    };
  };
}
