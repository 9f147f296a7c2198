import { describeSettings } from '@live-online/internal/command-line/describe-settings';
import { variableOf } from '@live-online/internal/command-line/read-settings';
import { syntax } from './settings.ts';

/** The text of `--help`. */
export function helpText(): string {
  return [
    'Counts how many people are on each site right now and tells every page.',
    '',
    'Usage: live-online-server [options]',
    '',
    ...describeSettings(syntax.settings, { width: 92, column: 30 }),
    '',
    'What applies when an option is left out stands in parentheses. Every option can be set in the environment',
    `as well, such as ${variableOf(syntax, { flag: 'port' })}=8081 or LIVE_ONLINE_SITE=example.org,www.example.org=example.org.`,
    '',
    'To show the number, put this into a page:',
    '  <script src="http://localhost:8081/"></script><script>locWidget.init()</script>',
    '',
  ].join('\n');
}
