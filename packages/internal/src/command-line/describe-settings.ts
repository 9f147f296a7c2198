import type { Setting } from './settings.ts';

/**
 * The lines of `--help` about flags, in two columns. `column` is where the second one starts. `common` adds `--help` and
 * `--version`, which every command line has.
 */
export function describeSettings<Values extends object>(
  settings: readonly Setting<Values>[],
  { width, column, common = true }: { width: number; column: number; common?: boolean },
): string[] {
  const flags = [
    ...settings.map(({ flag, value, help }) => [value ? `--${flag} ${value}` : `--${flag}`, help] as const),
    ...(common
      ? ([
          ['--help, -h', 'show this'],
          ['--version, -v', 'show the version'],
        ] as const)
      : []),
  ];
  return flags.flatMap(([flag, help]) =>
    wrap(help, width - column).map((line, index) => (index === 0 ? `  ${flag}` : '').padEnd(column) + line),
  );
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
