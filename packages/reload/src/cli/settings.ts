import {
  logSetting,
  readNumber,
  type LogFormat,
  type Setting,
} from '@live-online/internal/command-line/settings';
import type { CommandSyntax } from '@live-online/internal/command-line/read-settings';
import type { ReloadServerOptions } from '../options/options.ts';

/** What the command line sets: options, and how it runs. */
export interface Values extends ReloadServerOptions {
  open: boolean;
  log: LogFormat;
}

const settings: readonly Setting<Values>[] = [
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
    many: 'lists',
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
    read: readNumber,
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
    many: 'lists',
    help: 'further names that the server may be called by, such as box.lan or *.example.org (this machine and --host)',
  },
  {
    flag: 'allow-origin',
    value: 'ORIGINS',
    option: 'allowedOrigins',
    many: 'lists',
    help: 'further pages that may connect, such as http://box.lan:3000 (none; with --no-serve all of this machine)',
  },
  { flag: 'spa', option: 'spa', help: 'answer paths without a file with the index.html of the root' },
  {
    flag: 'directory-listing',
    option: 'directoryListing',
    help: 'show what is in a folder that has no index.html',
  },
  {
    flag: 'ignore',
    value: 'GLOBS',
    option: 'ignore',
    many: 'lists',
    help: 'do not watch what matches, such as "logs/**" (dotfiles, node_modules and what .gitignore says never are)',
  },
  {
    flag: 'debounce',
    value: 'MS',
    option: 'debounceMs',
    read: readNumber,
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
  { flag: 'open', option: 'open', help: 'open the page in your browser' },
  logSetting,
];

export const syntax: CommandSyntax<Values> = {
  settings,
  variablePrefix: 'LIVE_ONLINE_RELOAD_',
  takesArguments: true,
};
