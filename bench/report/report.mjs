/** The table and the chart of the README, made from the saved results. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chart } from './chart.mjs';
import { figuresTable, machinesOf } from './figures-table.mjs';
import { panelsOf } from './panels.mjs';
import { readResults } from './results.mjs';

const README = 'README.md';
const BEGIN = '<!-- figures: `npm run bench -- --save` writes the lines up to the next comment -->';
const END = '<!-- end of figures -->';
const CHARTS = { light: 'docs/figures-light.svg', dark: 'docs/figures-dark.svg' };

/** Writes the table and the charts. */
export function writeReport(root) {
  for (const { path, content } of filesOf(root)) writeFileSync(join(root, path), content);
}

/** The paths of the files that show the saved results. */
export function reportFiles(root) {
  return filesOf(root).map(({ path }) => path);
}

/**
 * The files that do not show the saved results, for example because results were saved or edited without them.
 *
 * @param {string} root
 * @returns {string[]} Their paths.
 */
export function outdatedFiles(root) {
  const isOutdated = ({ path, content }) => read(root, path) !== content;
  return filesOf(root)
    .filter(isOutdated)
    .map(({ path }) => path);
}

function filesOf(root) {
  const results = readResults(root);
  const panels = panelsOf(results);
  const footer = `Smaller is better. ${machinesOf(results)}`;
  const charts = Object.entries(CHARTS).map(([theme, path]) => ({
    path,
    content: chart(panels, { theme, footer }),
  }));
  const readme = { path: README, content: replaceSection(read(root, README), sectionOf(results, panels)) };
  return panels.length === 0 ? [readme] : [readme, ...charts];
}

function sectionOf(results, panels) {
  const figures = figuresTable(results);
  if (figures === '') return '';
  const picture = [
    '<picture>',
    `  <source media="(prefers-color-scheme: dark)" srcset="${CHARTS.dark}">`,
    `  <img alt="${describe(panels)}" src="${CHARTS.light}">`,
    '</picture>',
  ].join('\n');
  const about =
    'Each figure compares Live Online with a reference in the same run; smaller is better. ' +
    `Measured on ${machinesOf(results)}.`;
  return [...(panels.length === 0 ? [] : [picture]), about, figures].join('\n\n');
}

/** The chart in words. */
function describe(panels) {
  return panels
    .map(({ title, note, format, bars }) => {
      const values = bars.map(({ label, value }) => `${label} ${format(value)}`).join(', ');
      return `${title}, ${note}: ${values}.`;
    })
    .join(' ');
}

function replaceSection(readme, section) {
  const [from, to] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${README} has lost the comments around its figures.`);
  const lines = section === '' ? '\n\n' : `\n\n${section}\n\n`;
  return readme.slice(0, from + BEGIN.length) + lines + readme.slice(to);
}

function read(root, path) {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return '';
  }
}
