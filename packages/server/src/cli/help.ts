import { describeSettings } from '@live-online/internal/command-line/describe-settings';
import { variableOf } from '@live-online/internal/command-line/read-settings';
import { readWidgetScript } from '../io/http/widget-script.ts';
import { syntax } from './settings.ts';

/** The text of `--help`. */
export function helpText(): string {
  const { immutableName, integrity } = readWidgetScript();
  return [
    'Counts the open pages of each site, and sends every page the total when it changes.',
    '',
    'Usage: live-online-server [options]',
    '',
    ...describeSettings(syntax.settings, { width: 92, column: 30 }),
    '',
    'Defaults in parentheses. Every option can also be set by an environment variable:',
    `  ${variableOf(syntax, { flag: 'port' })}=8081 LIVE_ONLINE_SITE=example.org,www.example.org=example.org live-online-server`,
    '',
    'To show the total, put this into a page:',
    '  <script async src="http://localhost:8081/"></script>',
    '',
    'Or by the address of this version, which caches may keep for a year, and whose content browsers check:',
    `  <script async src="http://localhost:8081/${immutableName}"`,
    `    integrity="${integrity}"`,
    '    crossorigin="anonymous"></script>',
    '',
  ].join('\n');
}
