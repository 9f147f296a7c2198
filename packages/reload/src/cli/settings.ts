import {
  logSetting,
  readList,
  readNumber,
  type LogFormat,
  type Setting,
} from '@live-online/internal/command-line/settings';
import { UsageError, type CommandSyntax } from '@live-online/internal/command-line/read-settings';
import type { ReloadServerOptions } from '../options/options.ts';
import { BROWSERS } from './open-browser.ts';

/** The page of `--doctor`: the path of a URL, or a URL. Folders do not look like that on the command lines of the documents. */
export const PAGE: RegExp = /^(\/|https?:\/\/)/;

/** The settings of the command line. */
export interface Values extends Omit<ReloadServerOptions, 'exec'> {
  /** The commands, without their globs. */
  exec: string[];
  /** The globs of the command before it. */
  on: string[];
  open: boolean | string;
  quiet: boolean;
  doctor: boolean | string;
  log: LogFormat;
  config: string;
  printConfig: boolean;
  'https.key': string;
  'https.cert': string;
}

/** What is served, and from where. */
const serving: readonly Setting<Values>[] = [
  {
    flag: 'proxy',
    value: 'URL',
    option: 'proxy',
    help: 'run as a reverse proxy for the backend at this URL, such as http://localhost:8000',
  },
  {
    flag: 'keep-caching',
    option: 'revalidate',
    sets: false,
    help: 'let browsers keep responses for as long as the backend allows, instead of revalidating them',
  },
  {
    flag: 'no-rewrite',
    option: 'rewrite',
    sets: false,
    help: 'leave the addresses of the backend in its pages and style sheets as they are',
  },
  {
    flag: 'slow',
    value: 'NETWORK',
    option: 'slow',
    oneOf: ['slow-3g', '3g', '4g'],
    help: 'make responses as slow as those of a mobile network: slow-3g, 3g or 4g',
  },
  {
    flag: 'route',
    value: 'PREFIX=URL',
    option: 'routes',
    many: 'values',
    combine: (texts, source) =>
      splitAll(
        texts,
        /^(\/[^=]*)=(.*)$/s,
        `${source} must be PREFIX=URL, such as /api=http://localhost:9000`,
      ),
    help: 'forward the paths below a prefix to another backend, such as /api=http://localhost:9000; can be repeated (none)',
  },
  {
    flag: 'header',
    value: 'HEADER',
    option: 'headers',
    many: 'texts',
    combine: (texts, source) =>
      splitAll(texts, /^([^:]+):(.*)$/s, `${source} must be "NAME: VALUE", such as "X-Name: value"`),
    help: 'send this header with all responses, such as "Cross-Origin-Opener-Policy: same-origin"; can be repeated (none)',
  },
  {
    flag: 'no-serve',
    option: 'serve',
    sets: false,
    help: 'serve no pages, only the script and the socket for pages of another server',
  },
  {
    flag: 'allow',
    value: 'DIRS',
    option: 'allow',
    many: 'lists',
    help: 'serve and watch these folders, too, where symlinks in the served folder lead to them',
  },
  { flag: 'spa', option: 'spa', help: 'single-page app: serve index.html for paths without a file' },
  {
    flag: 'directory-listing',
    option: 'directoryListing',
    help: 'list the files of a folder that has no index.html',
  },
];

/** What is watched, and when a change is published. */
const watching: readonly Setting<Values>[] = [
  {
    flag: 'watch',
    value: 'PATHS',
    option: 'watch',
    many: 'lists',
    help: 'also watch these folders, files and globs, such as "src/**/*.php", separated by commas, and nothing that matches a glob with "!"; with --proxy the source files of the backend',
  },
  {
    flag: 'ignore',
    value: 'GLOBS',
    option: 'ignore',
    many: 'lists',
    help: 'do not watch files that match, such as "logs/**"; never watched: dotfiles, node_modules, and what .gitignore names',
  },
  {
    flag: 'poll',
    option: 'poll',
    help: 'check all files twice a second, for disks that send no notifications (automatic for known ones)',
  },
  {
    flag: 'debounce',
    value: 'MS',
    option: 'debounceMs',
    read: readNumber,
    help: 'quiet period without changes before an update, in ms; longer than a build makes its files one update (10)',
  },
  {
    flag: 'reload-only',
    option: 'reloadOnly',
    help: 'always reload the page, and replace nothing in place',
  },
];

/** Builds and backends. */
const commands: readonly Setting<Values>[] = [
  {
    flag: 'exec',
    value: 'COMMAND',
    option: 'exec',
    many: 'texts',
    help: 'run this command when files change, such as "npm run build", and update pages when it has succeeded; can be repeated',
  },
  {
    flag: 'on',
    value: 'GLOBS',
    option: 'on',
    many: 'lists',
    help: 'watch these files for the --exec before it, such as "src/**" or "src/**,!**/*.test.ts" (all watched files)',
  },
  {
    flag: 'serve-command',
    value: 'COMMAND',
    option: 'serveCommand',
    help: 'with --proxy: start the backend by this command, such as "node server.js", and again when files change',
  },
  {
    flag: 'script-errors',
    option: 'scriptErrors',
    help: 'also show errors of scripts over the page',
  },
];

/** Who may connect, and where. */
const network: readonly Setting<Values>[] = [
  {
    flag: 'port',
    value: 'PORT',
    option: 'port',
    read: readNumber,
    help: 'port to listen on; 0 picks a free one (8080; 8081 with --no-serve)',
  },
  {
    flag: 'strict-port',
    option: 'strictPort',
    help: 'fail if the port is in use, instead of taking the next free one (always with --no-serve)',
  },
  {
    flag: 'host',
    value: 'HOST',
    option: 'host',
    help: 'address to listen on; 0.0.0.0 opens the server to your network (localhost: this machine only)',
  },
  {
    flag: 'https',
    option: 'https',
    help: 'use HTTPS, with a certificate that is made for this machine and stored',
  },
  { flag: 'https-key', value: 'FILE', option: 'https.key', help: 'the key of your own certificate, as PEM' },
  { flag: 'https-cert', value: 'FILE', option: 'https.cert', help: 'your own certificate, as PEM' },
  {
    flag: 'allow-host',
    value: 'NAMES',
    option: 'allowedHosts',
    many: 'lists',
    help: 'allow requests to these host names, such as box.lan or *.example.org (this machine and --host)',
  },
  {
    flag: 'allow-origin',
    value: 'ORIGINS',
    option: 'allowedOrigins',
    many: 'lists',
    help: 'allow pages of these origins to connect, such as http://box.lan:3000 (none; with --no-serve every server on this machine)',
  },
  {
    flag: 'livereload',
    value: '[PORT]',
    optional: /^\d{1,5}$/,
    option: 'livereload',
    read: readNumber,
    help: 'also serve clients of LiveReload, such as browser extensions, on this port; without PORT on 35729 (off)',
  },
  {
    flag: 'sync',
    value: '[PARTS]',
    optional: /^(scroll|clicks|fields|navigation)(,(scroll|clicks|fields|navigation))*$/,
    option: 'sync',
    read: (text) => Object.fromEntries(readList(text).map((part) => [part, true])),
    help: 'keep pages on several devices in step: scroll, clicks, fields, navigation, or some of them (off)',
  },
];

/** What the command itself does. */
const terminal: readonly Setting<Values>[] = [
  {
    flag: 'open',
    value: '[BROWSER]',
    optional: new RegExp(`^(${BROWSERS.join('|')})$`),
    option: 'open',
    help: `open the page in your browser, or in ${BROWSERS.join(', ')}; --open=PATH for any other`,
  },
  {
    flag: 'doctor',
    value: '[PAGE]',
    optional: PAGE,
    option: 'doctor',
    help: 'check everything between a save and a page, such as /shop or its URL, print what is wrong and what to do, and end (/)',
  },
  { flag: 'quiet', option: 'quiet', help: 'write only warnings and errors' },
  logSetting,
  {
    flag: 'config',
    value: 'FILE',
    option: 'config',
    help: 'read options from this file (live-online-reload.config.js, .mjs, .ts, .mts or .json, or liveOnlineReload in package.json)',
  },
  {
    flag: 'print-config',
    option: 'printConfig',
    help: 'print the options and where each one is set, and end',
  },
];

/** Splits texts into names and values. Validation reports wrong ones. */
function splitAll(texts: readonly string[], form: RegExp, problem: string): Record<string, string> {
  const entries = texts.map((text) => {
    const [, name, value] = form.exec(text) ?? [];
    if (name === undefined || value === undefined) throw new UsageError(`${problem}, not "${text}"`);
    return [name.trim(), value.trim()];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

/** The settings by their purpose, as `--help` lists them. */
export const groups: readonly { title: string; settings: readonly Setting<Values>[] }[] = [
  { title: 'Pages', settings: serving },
  { title: 'Changes', settings: watching },
  { title: 'Builds and backends', settings: commands },
  { title: 'Network', settings: network },
  { title: 'Terminal', settings: terminal },
];

const settings: readonly Setting<Values>[] = groups.flatMap((group) => group.settings);

export const syntax: CommandSyntax<Values> = {
  settings,
  variablePrefix: 'LIVE_ONLINE_RELOAD_',
  acceptsArguments: true,
};
