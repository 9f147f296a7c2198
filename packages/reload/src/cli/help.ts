import { describeSettings } from '@live-online/internal/command-line/describe-settings';
import { variableOf } from '@live-online/internal/command-line/read-settings';
import { groups, syntax } from './settings.ts';

/** The text of `--help`. */
export function helpText(): string {
  return [
    'Updates open pages when a file is saved: styles, images and HTML in place, everything else by a reload.',
    '',
    'Usage: live-online-reload [folder] [options]',
    '       live-online-reload init    looks at the project, and creates a config file',
    '',
    'Static files: serve and watch a folder, and open the URL that is printed',
    '  live-online-reload content',
    'Reverse proxy: forward to a backend, and watch its source files',
    '  live-online-reload --proxy http://localhost:8000 --watch src,templates',
    'Script only: for pages of another server that contain <script src="http://localhost:8081/"></script>',
    '  live-online-reload content --no-serve',
    'Build: run a command when its files change, and show its errors in the page',
    '  live-online-reload dist --exec "npm run build" --on "src/**"',
    '',
    'Options, with their defaults in parentheses',
    ...groups.flatMap(({ title, settings }, index) => [
      '',
      `${title}:`,
      ...describeSettings(settings, { width: 100, column: 27, common: index === groups.length - 1 }),
    ]),
    '',
    'Every option can also be set by an environment variable, or in the config file. A flag overrides both:',
    `  ${variableOf(syntax, { flag: 'port' })}=8090 live-online-reload content`,
    '',
  ].join('\n');
}
