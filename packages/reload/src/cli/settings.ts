import type { ReloadServerOptions } from '../options.ts';

/** One setting of the command line: its flag, its environment variable and its line of help come from here. */
export interface Setting {
  /** The flag without its dashes. */
  flag: string;
  /** What stands for the value in the help. Flags without one are switches. */
  value?: string;
  help: string;
  /** Whether the flag may be given more than once, and takes several values with commas between them. */
  many?: true;
  /** The option it sets, and how. Settings of the command line itself have none. */
  option?: keyof ReloadServerOptions;
  /** What a switch sets its option to. @default true */
  sets?: boolean;
  /** Reads the text that was given. What it cannot read it returns as it is: the options say what is wrong. */
  read?: (text: string) => unknown;
}

const number = (text: string): unknown => (/^\s*\d+\s*$/.test(text) ? Number(text) : text);

export const settings: readonly Setting[] = [
  {
    flag: 'proxy',
    value: 'URL',
    option: 'proxy',
    help: 'sit in front of the backend at this address, such as http://localhost:8000, instead of serving files',
  },
  {
    flag: 'watch',
    value: 'PATHS',
    option: 'watch',
    many: true,
    help: 'watch these folders or files too; with --proxy: the sources of the backend, such as src,templates',
  },
  {
    flag: 'no-serve',
    option: 'serve',
    sets: false,
    help: 'serve no pages, only the script and the socket, for <script src="http://localhost:8081/"></script> in pages that somebody else serves',
  },
  {
    flag: 'port',
    value: 'PORT',
    option: 'port',
    read: number,
    help: 'port to listen on, 0 for any free one (8080; 8081 with --no-serve)',
  },
  {
    flag: 'strict-port',
    option: 'strictPort',
    help: 'fail when the port is in use, instead of taking the next free one (always so with --no-serve)',
  },
  {
    flag: 'host',
    value: 'HOST',
    option: 'host',
    help: 'address to listen on; 0.0.0.0 opens it to your network (localhost: this machine alone)',
  },
  {
    flag: 'allow-host',
    value: 'NAMES',
    option: 'allowedHosts',
    many: true,
    help: 'further names that the server may be called by, such as box.lan or *.example.org (this machine and --host)',
  },
  {
    flag: 'origin',
    value: 'ORIGINS',
    option: 'origins',
    many: true,
    help: 'further pages that may connect, such as http://box.lan:3000 (none; with --no-serve all of this machine)',
  },
  { flag: 'spa', option: 'spa', help: 'answer paths without a file with the index.html of the root' },
  { flag: 'listing', option: 'listing', help: 'show what is in a folder that has no index.html' },
  {
    flag: 'ignore',
    value: 'GLOBS',
    option: 'ignore',
    many: true,
    help: 'do not watch what matches, such as "logs/**" (dotfiles, node_modules and what .gitignore says never are)',
  },
  {
    flag: 'settle',
    value: 'MS',
    option: 'settleMs',
    read: number,
    help: 'how long files must stand still before pages are told; longer than a build takes makes one update of its files (10)',
  },
  {
    flag: 'poll',
    option: 'poll',
    help: 'look at all files twice a second, for disks that do not tell of changes (found out by itself for most)',
  },
  {
    flag: 'reload-only',
    option: 'reloadOnly',
    help: 'always load the page again, and swap nothing in place',
  },
  { flag: 'open', help: 'open the page in your browser' },
  {
    flag: 'log',
    value: 'FORMAT',
    help: 'pretty for people, json for one object a line (pretty)',
  },
];

/** The environment variable of a setting. */
export function variableOf({ flag }: Setting): string {
  return `LIVE_ONLINE_RELOAD_${flag.toUpperCase().replaceAll('-', '_')}`;
}
