import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { startFamily, type Family } from './processes.ts';

export const serverFolder: string = fileURLToPath(new URL('../../packages/server', import.meta.url));

/** Loopback addresses: 127.0.0.1 and `::1`, or without IPv6 another one that servers on all addresses have. */
const loopbacks: readonly [string, string] = [
  '127.0.0.1',
  Object.values(networkInterfaces()).some((all) => all!.some(({ address }) => address === '::1'))
    ? '::1'
    : '127.0.0.2',
];

/** Arguments of Node for a program in which `localhost` is both addresses, as on most machines. */
export const withTwoLocalhosts: string[] = [
  '--import',
  new URL(`two-localhosts.mjs?second=${loopbacks[1]}`, import.meta.url).href,
];

/** The origins of a port at both addresses. */
export function loopbackOrigins(port: number): string[] {
  return loopbacks.map((host) => `http://${host.includes(':') ? `[${host}]` : host}:${port}`);
}

/** A code block of a Markdown file. */
export interface Snippet {
  heading: string;
  language: string;
  code: string;
}

/** The code of one of the blocks under a heading, by its language. The test fails if there is none. */
export function snippetUnder(
  snippets: readonly Snippet[],
  heading: string,
  language: string,
  index = 0,
): string {
  const found = snippets.filter((one) => one.heading === heading && one.language === language)[index];
  expect(found, `a ${language} snippet under "${heading}"`).toBeDefined();
  return found!.code;
}

export interface ProgramOptions {
  /** A folder where the packages that the program imports are installed. */
  cwd?: string;
  /** The text of modules that the program imports, by their specifiers, such as `./app.module.js`. */
  modules?: Record<string, string>;
  /** Arguments of Node before the program. */
  nodeArgs?: string[];
}

/** Runs a snippet as a program. */
export async function runProgram(code: string, options: ProgramOptions = {}): Promise<Family> {
  const { cwd = serverFolder, modules = {}, nodeArgs = [] } = options;
  const base = join(cwd, `readme-snippet-${process.pid}-${Math.random().toString(36).slice(2)}`);
  const write = async (file: string, text: string): Promise<void> => {
    onTestFinished(() => rm(file, { force: true }));
    await writeFile(file, text);
  };
  let program = code;
  for (const [index, [specifier, text]] of Object.entries(modules).entries()) {
    const file = `${base}-${index}.tmp.mjs`;
    await write(file, text);
    program = program.replace(`'${specifier}'`, `'./${basename(file)}'`);
  }
  await write(`${base}.tmp.mjs`, program);
  return startFamily(process.execPath, [...nodeArgs, `${base}.tmp.mjs`], { cwd });
}

/**
 * The code blocks of a file in the repository, by the heading they stand under and their language, in the order
 * in which they are written.
 */
export function readSnippets(path: string): Snippet[] {
  const text = readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
  const snippets: Snippet[] = [];
  let heading = '';
  for (const [, title, language, code] of text.matchAll(/^#+ (.+)$|^```(\w+)\n([\s\S]*?)^```$/gm)) {
    if (title !== undefined) heading = title;
    else snippets.push({ heading, language: language!, code: code! });
  }
  return snippets;
}
