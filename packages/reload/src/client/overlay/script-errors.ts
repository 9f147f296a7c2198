import type { ReloadOverlay } from '@live-online/protocol';

/** Reports errors of the page's scripts, and rejections that no script handles. */
export function onScriptErrors(report: (problem: ReloadOverlay) => void): void {
  addEventListener('error', ({ message, error, filename, lineno, colno }) => {
    // An element that cannot load its file has no message.
    if (message) report(describe(error, message, filename, lineno, colno));
  });
  addEventListener('unhandledrejection', ({ reason }) => report(describe(reason, String(reason))));
}

/** @param url the script that was running, if the browser knows it */
function describe(error: unknown, message: string, url = '', line = 0, column = 0): ReloadOverlay {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  // Firefox and Safari leave the message out of the stack.
  const text = stack.includes(message.replace(/^Uncaught /, '')) ? stack : `${message}\n${stack}`;
  const [, foundUrl = url, foundLine = line, foundColumn = column] =
    (url ? null : /(https?:\/\/[^\s()]+?):(\d+):(\d+)/.exec(stack)) ?? [];
  const file = fileOf(foundUrl);
  return {
    title: `Script error: ${message.split('\n')[0]}`,
    text,
    ...(file && { file, line: Number(foundLine) || 1, column: Number(foundColumn) || 1 }),
  };
}

/** The path of a script of this server, by which the server finds its file. */
function fileOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { origin, pathname } = new URL(address);
  if (origin !== location.origin || pathname === location.pathname) return undefined;
  return decodeURIComponent(pathname.slice(1)) || undefined;
}
