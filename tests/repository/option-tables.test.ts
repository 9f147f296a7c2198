import { describe, expect, it } from 'vitest';
import type { Setting } from '../../packages/internal/src/command-line/settings.ts';
import { syntax as reload } from '../../packages/reload/src/cli/settings.ts';
import { syntax as server } from '../../packages/server/src/cli/settings.ts';
import { readRows } from '../helpers/markdown.ts';

interface Row {
  option: string;
  flag: string | undefined;
  default: string;
}

/** The table of options in a package's README. */
function rowsOf(packageName: string): Row[] {
  return readRows(`packages/${packageName}/README.md`, 'Options').map(([option, flag, value]) => ({
    option: option!.replaceAll('`', ''),
    flag: /--([\w-]+)/.exec(flag!)?.[1],
    default: value!,
  }));
}

/** The default in the help: what stands in the last parentheses. */
const defaultOf = ({ help }: Setting<never>): string | undefined => /\(([^()]*)\)$/.exec(help)?.[1];

const packages: [name: string, settings: readonly Setting<never>[], onlyFlags: string[]][] = [
  // These are no options of `createCounterServer()`.
  [
    'server',
    server.settings,
    [
      'redis-url',
      'redis-secret',
      'redis-ca',
      'redis-cert',
      'redis-key',
      'server-name',
      'workers',
      'log',
      'log-addresses',
      'webhook-secret',
      'webhook-threshold',
      'site-token-secret',
    ],
  ],
  ['reload', reload.settings, ['log', 'open', 'quiet', 'doctor', 'on', 'config', 'print-config']],
];

describe.each(packages)('the options of %s', (name, settings, onlyFlags) => {
  const rows = rowsOf(name);
  const flagged = rows.filter(({ flag }) => flag !== undefined);

  it('[docs] each flag has a row in the README, and each row with a flag is one', () => {
    const documented = flagged.map(({ flag }) => flag!.replace(/^no-/, ''));
    const existing = settings.map(({ flag }) => flag.replace(/^no-/, ''));
    expect(new Set([...documented, ...onlyFlags])).toEqual(new Set(existing));
  });

  it.each(flagged)('[docs] --$flag sets $option, with the default of the help', (row) => {
    const setting = settings.find(({ flag }) => flag === row.flag)!;
    expect(setting.option).toBe(row.option);
    const [inHelp, inReadme] = [defaultOf(setting), row.default.replaceAll(',', '')];
    if (inHelp !== undefined && /^\d+$/.test(inHelp)) expect(inReadme).toBe(inHelp);
  });
});
