import type { ReloadUpdate } from '@live-online/protocol';

const PROTOCOL_7 = 'http://livereload.com/protocols/official-7';
/** More changed files than this reload the page: each one is a message. */
const MAX_COMMANDS = 50;

/** The server's hello, or `undefined` if the client's message is no hello of a protocol that the server speaks. */
export function answerHello(message: string): object | undefined {
  try {
    const { command, protocols } = JSON.parse(message) as { command?: unknown; protocols?: unknown };
    if (command !== 'hello' || !Array.isArray(protocols) || !protocols.includes(PROTOCOL_7)) return undefined;
    return { command: 'hello', protocols: [PROTOCOL_7], serverName: 'Live Online reload' };
  } catch {
    return undefined;
  }
}

/** The address of the page, which a client reports after the handshake; `undefined` in other messages. */
export function readPageUrl(message: string): string | undefined {
  try {
    const { command, url } = JSON.parse(message) as { command?: unknown; url?: unknown };
    return command === 'info' && typeof url === 'string' ? url : undefined;
  } catch {
    return undefined;
  }
}

/** The command that loads a page again. */
export const RELOAD: object = { command: 'reload', path: '/', liveCSS: false, liveImg: false };

/**
 * The commands for an update. They contain the paths of files and no text. A client replaces style sheets and images in place,
 * and loads the page again for every other path.
 */
export function commandsOf({ action, css = [], images = [], html = false, exact }: ReloadUpdate): object[] {
  if (action === 'none') return [];
  const paths = [...css, ...images];
  const inPlace = action === 'apply' && !html && paths.length <= MAX_COMMANDS;
  return (inPlace ? paths : ['/']).map((path) => ({
    command: 'reload',
    path: inPlace && exact ? decodePath(path) : path,
    liveCSS: inPlace,
    liveImg: inPlace,
  }));
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * Whether a client with this origin may connect, in addition to pages of this machine: a browser extension, or a page of another
 * port of the host that the client has connected to, such as `http://192.168.1.5:8080`.
 *
 * @param hostname that of the Host header, which is an allowed one.
 */
export function isLiveReloadOrigin(origin: string, hostname: string): boolean {
  if (/^(chrome-extension|moz-extension|safari-web-extension):\/\/[\w-]+$/.test(origin)) return true;
  return (
    /^https?:\/\/[^/?#@\\]+$/.test(origin) && URL.canParse(origin) && new URL(origin).hostname === hostname
  );
}
