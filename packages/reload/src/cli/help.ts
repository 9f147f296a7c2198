import { settings, variableOf } from './settings.ts';

const WIDTH = 100;
const COLUMN = 26;

/** The text of `--help`. */
export function helpText(): string {
  const flags = [
    ...settings.map(({ flag, value, help }) => [value ? `--${flag} ${value}` : `--${flag}`, help] as const),
    ['--help, -h', 'show this'] as const,
    ['--version, -v', 'show the version'] as const,
  ];
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
    ...flags.flatMap(([flag, help]) => entry(flag, help)),
    '',
    'What applies when an option is left out stands in parentheses. Every option can be set in the environment',
    `as well, such as ${variableOf({ flag: 'port', help: '' })}=8090.`,
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
