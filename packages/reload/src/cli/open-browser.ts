/** The browsers that `open` finds on each system by these names. */
export const BROWSERS = ['firefox', 'chrome', 'edge', 'brave'] as const;

/**
 * Opens a URL in a browser. Without a browser, the server continues with a warning.
 *
 * @param browser `true`: the default browser; otherwise one of {@link BROWSERS}, or the name or path of a program.
 */
export async function openBrowser(
  url: string,
  browser: true | string,
  warn: (text: string) => void,
): Promise<void> {
  const name = browser === true ? 'a browser' : browser;
  const failed = (): void => warn(`cannot open ${name}: open ${url} yourself`);
  try {
    // Loaded only with --open.
    const { default: open, apps } = await import('open');
    const known = BROWSERS.find((one) => one === browser);
    const app = known ? apps[known] : browser;
    (await open(url, app === true ? {} : { app: { name: app } })).once('error', failed);
  } catch {
    failed();
  }
}
