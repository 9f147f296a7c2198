import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The lines of a section of a Markdown file in the repository, from its heading to the next one of the same level. */
export function readSection(path: string, heading: string): { text: string; number: number }[] {
  const all = readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8').split('\n');
  const lines = all.map((text, index) => ({ text, number: index + 1 }));
  const start = all.indexOf(`## ${heading}`);
  if (start === -1) throw new Error(`${path} has no section "${heading}"`);
  const end = all.findIndex((text, index) => index > start && text.startsWith('## '));
  return lines.slice(start, end === -1 ? undefined : end);
}

/** The rows of the tables in a section, without headings. Each is the text of its cells. */
export function readRows(path: string, heading: string): string[][] {
  const rows = readSection(path, heading).filter(({ text }) => text.startsWith('|'));
  return rows
    .map(({ text }) => text.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()))
    .filter((_cells, index, all) => !isRule(all[index]) && !isRule(all[index + 1]));
}

function isRule(cells: string[] | undefined): boolean {
  return cells?.every((cell) => /^:?-+:?$/.test(cell)) ?? false;
}
