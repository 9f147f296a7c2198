import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { platform, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { WebSocket } from 'ws';
import { SCRIPT_URL, SOCKET_PATH } from '../http/client-routes.ts';
import type { ReloadServer } from '../reload-server.ts';
import { note, ok, problem, type Finding } from './finding.ts';
import { readUrl } from './read-url.ts';

/** Browsers that can be started without a window, by the names of their programs. */
const CHROMIUM = [
  'google-chrome',
  'google-chrome-stable',
  'chromium',
  'chromium-browser',
  'microsoft-edge',
  'brave-browser',
];
const APPLICATIONS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];
const BROWSER_TIMEOUT_MS = 20_000;
const SOCKET_TIMEOUT_MS = 5_000;
/** How often the server is asked whether a page is connected. */
const ASK_MS = 200;

export interface BrowserCheckOptions {
  server: ReloadServer;
  /** The page that a browser opens. */
  url: URL;
  /** A temporary folder, for the profile of the browser. */
  scratch: string;
  path: string | undefined;
  signal: AbortSignal;
  /** Whether pages come through the tool. */
  serves: boolean;
}

/** Checks that a page connects: in a browser without a window, or, where none is found, as the client does. */
export async function checkBrowser(options: BrowserCheckOptions): Promise<Finding[]> {
  const { url, path, serves } = options;
  const socket = await connectAsClient(options);
  if (socket !== undefined) {
    const text = `The client cannot connect to the tool: ${socket}.`;
    return [
      problem(
        'browser',
        text,
        'Look for a program that filters connections of this machine, such as a proxy or a virus scanner.',
      ),
    ];
  }
  const connected = ok(
    'browser',
    'The script of the tool is served, its socket connects, and an update arrives.',
  );
  const browser = findBrowser(path);
  if (browser === undefined || !serves) {
    const missing = note('browser', 'No Chrome, Chromium or Edge was found to open the page in.');
    return browser === undefined ? [connected, missing] : [connected];
  }
  return (await opensIn(browser, options))
    ? [connected, ok('browser', `The page connects in ${browser}.`)]
    : [
        connected,
        problem(
          'browser',
          `${browser} has opened ${url.pathname}, and the page has not connected within 20 s.`,
          'Look at the console of the developer tools for an error, and at the other problems here.',
        ),
      ];
}

/** The first browser of the Chromium family. */
function findBrowser(path: string = ''): string | undefined {
  const inPath = path.split(delimiter).flatMap((folder) => CHROMIUM.map((name) => join(folder, name)));
  return [...inPath, ...(platform() === 'darwin' ? APPLICATIONS : [])].find((file) => existsSync(file));
}

/** Opens a socket as the client does. Returns what fails, or `undefined`. */
async function connectAsClient({ server, url, serves }: BrowserCheckOptions): Promise<string | undefined> {
  const script = await readUrl(new URL(serves ? SCRIPT_URL : '/', url));
  const token = /"token":"([\w-]+)"/.exec(script.body)?.[1];
  if (token === undefined) return `its script has status ${script.status}`;
  const address = new URL(`${SOCKET_PATH}?EIO=4&transport=websocket`, url);
  address.protocol = url.protocol.replace('http', 'ws');
  // The certificate of the tool is checked apart from this.
  const socket = new WebSocket(address, { headers: { origin: url.origin }, rejectUnauthorized: false });
  try {
    return await new Promise((resolve) => {
      const timer = setTimeout(() => resolve('no update within 5 s'), SOCKET_TIMEOUT_MS);
      socket.once('close', () => clearTimeout(timer));
      socket.once('error', ({ message }) => resolve(message));
      socket.on('message', (data: Buffer) => {
        const text = data.toString();
        // Engine.IO's OPEN, then Socket.IO's CONNECT and events.
        if (text.startsWith('0')) socket.send(`40${JSON.stringify({ v: 1, token })}`);
        else if (text.startsWith('44')) resolve(text.slice(2));
        else if (text.startsWith('40')) server.notify();
        else if (text.startsWith('42["update"')) resolve(undefined);
      });
    });
  } finally {
    socket.close();
  }
}

/** Opens a page without a window, and returns whether it connects. */
function opensIn(browser: string, { server, url, scratch, signal }: BrowserCheckOptions): Promise<boolean> {
  const isRoot = userInfo().uid === 0;
  const child = spawn(
    browser,
    [
      '--headless',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      `--user-data-dir=${join(scratch, 'profile')}`,
      // Chromium does not start as root with its sandbox.
      ...(isRoot ? ['--no-sandbox'] : []),
      // A new profile trusts no certificate of the tool.
      ...(url.protocol === 'https:' ? ['--ignore-certificate-errors'] : []),
      '--remote-debugging-port=0',
      url.href,
    ],
    { stdio: 'ignore', signal, killSignal: 'SIGKILL' },
  );
  return new Promise<boolean>((resolve) => {
    child.once('error', () => end(false));
    const off = server.on('update', ({ pages }) => pages.reload > 0 && end(true));
    const asking = setInterval(() => server.notify(), ASK_MS);
    const timer = setTimeout(() => end(false), BROWSER_TIMEOUT_MS);
    function end(connects: boolean): void {
      off();
      clearInterval(asking);
      clearTimeout(timer);
      child.once('close', () => resolve(connects));
      if (child.exitCode === null && child.pid !== undefined) child.kill('SIGKILL');
      else resolve(connects);
    }
  });
}
