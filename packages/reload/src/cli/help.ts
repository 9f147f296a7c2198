import { describeSettings } from '@live-online/internal/command-line/describe-settings';
import { variableOf } from '@live-online/internal/command-line/read-settings';
import { syntax } from './settings.ts';

/** The text of `--help`. */
export function helpText(): string {
  return [
    'Refreshes the browser on every save: styles, images and HTML in place, everything else by a reload.',
    '',
    'Usage: live-online-reload [folder] [options]',
    '',
    'A folder of files, served, watched and reloaded:',
    '  live-online-reload content',
    'In front of any backend, whose pages then reload when its sources change; open the address it prints:',
    '  live-online-reload --proxy http://localhost:8000 --watch src,templates',
    'Beside pages that somebody else serves, with <script src="http://localhost:8081/"></script> in them:',
    '  live-online-reload content --no-serve',
    '',
    'Options',
    ...describeSettings(syntax.settings, { width: 100, column: 26 }),
    '',
    'What applies when an option is left out stands in parentheses. Every option can be set in the environment',
    `as well, such as ${variableOf(syntax, { flag: 'port' })}=8090.`,
    '',
  ].join('\n');
}
