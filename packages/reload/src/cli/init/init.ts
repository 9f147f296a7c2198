import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIG_FILES, readConfigFile } from '../config-file.ts';
import { detectConfig } from './detect-config.ts';
import { readProject, startTool } from './project.ts';

const FILE = 'live-online-reload.config.mjs';

/**
 * Creates a config file for the project in a folder. It overwrites none.
 *
 * @returns what was found and created, as text
 * @throws UsageError if a config file cannot be read
 */
export async function initProject(cwd: string): Promise<{ ok: boolean; text: string }> {
  const existing = CONFIG_FILES.find((name) => name !== 'package.json' && existsSync(join(cwd, name)));
  const configured = existing ?? (await readConfigFile(cwd))?.name;
  if (configured !== undefined) {
    return { ok: false, text: `${configured} exists already: change it, or delete it before init` };
  }
  const project = readProject({
    has: (path) => existsSync(join(cwd, path)),
    read: (path) =>
      statSync(join(cwd, path), { throwIfNoEntry: false })?.isFile()
        ? readFileSync(join(cwd, path), 'utf8')
        : undefined,
  });
  const { found, config } = detectConfig(project);
  const text = renderConfig(found, config);
  // Another process may have created it since.
  writeFileSync(join(cwd, FILE), text, { flag: 'wx' });
  const { folder, exec } = config;
  const isMissing = folder !== undefined && !project.has(folder);
  const lines = [
    `Found ${found}.`,
    `Created ${FILE}:`,
    '',
    text,
    ...(isMissing
      ? [`${folder} does not exist yet. Build it first: ${exec?.[0]?.command ?? `mkdir ${folder}`}`]
      : []),
    `Start the tool: ${startTool(project)}`,
    '',
  ];
  return { ok: true, text: lines.join('\n') };
}

function renderConfig(found: string, config: object): string {
  return [
    `// Found: ${found}. "live-online-reload --help" lists all options.`,
    "/** @type {import('@live-online/reload').ReloadConfig} */",
    `export default {`,
    ...Object.entries(config).map(([key, value]) => `  ${key}: ${renderValue(value)},`),
    '};',
    '',
  ].join('\n');
}

function renderValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(renderValue).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => `${key}: ${renderValue(inner)}`);
    return `{ ${entries.join(', ')} }`;
  }
  return typeof value === 'string' ? `'${value.replace(/['\\]/g, '\\$&')}'` : String(value);
}
