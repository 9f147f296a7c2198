import type { Setting } from './settings.ts';

/** The lines of `--help` about flags, in two columns. `column` is where the second one starts. */
export function describeSettings<Values extends object>(
  settings: readonly Setting<Values>[],
  { width, column }: { width: number; column: number },
): string[] {
  const flags = [
    ...settings.map(({ flag, value, help }) => [value ? `--${flag} ${value}` : `--${flag}`, help] as const),
    ['--help, -h', 'show this'] as const,
    ['--version, -v', 'show the version'] as const,
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
