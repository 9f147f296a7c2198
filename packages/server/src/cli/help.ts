import { settings, variableOf } from './settings.ts';

const WIDTH = 92;
const COLUMN = 28;

/** The text of `--help`. */
export function helpText(): string {
  const flags = [
    ...settings.map(({ flag, value, help }) => [`--${flag} ${value}`, help] as const),
    ['--help, -h', 'show this'] as const,
    ['--version, -v', 'show the version'] as const,
  ];
  return [
    'Counts how many people are on each site right now and tells every page.',
    '',
    'Usage: live-online-server [options]',
    '',
    ...flags.flatMap(([flag, help]) => entry(flag, help)),
    '',
    'What applies when an option is left out stands in parentheses. Every option can be set in the environment',
    `as well, such as ${variableOf(settings[0]!)}=8081 or LIVE_ONLINE_SITE=example.org,www.example.org=example.org.`,
    '',
    'To show the number, put this into a page:',
    '  <script src="http://localhost:8081/"></script><script>locWidget.init()</script>',
    '',
  ].join('\n');
}

function entry(flag: string, help: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of help.split(' ')) {
    if (line !== '' && COLUMN + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((text, index) => (index === 0 ? `  ${flag}` : '').padEnd(COLUMN) + text);
}
