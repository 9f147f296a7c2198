import { createRequire } from 'node:module';
import { networkInterfaces } from 'node:os';
import { endOnSignals, runCommand } from '@live-online/internal/command-line/run-command';
import { collectGarbageSoon } from './cli/collect-garbage.ts';
import { helpText } from './cli/help.ts';
import { describeTrust } from './cli/describe-trust.ts';
import { createJsonLog, createPrettyLog, createQuietLog, type About, type Log } from './cli/log.ts';
import { printConfig } from './cli/print-config.ts';
import { readCommand } from './cli/read-command.ts';
import type { Command } from './cli/read-command-line.ts';
import { networkUrls } from './cli/network-urls.ts';
import { openBrowser } from './cli/open-browser.ts';
import { drawQrCode } from './cli/qr-code.ts';
import { createReloadServer } from './create-reload-server.ts';
import type { Listening } from './http/listen.ts';
import type { ReloadServerOptions } from './options/options.ts';
import type { ReloadServer } from './reload-server.ts';
import { shownPath } from './files/shown-path.ts';

/**
 * Runs the command line of this process. Only this file and the bin use its arguments, signals and exit code.
 *
 * @param ready called when this file handles signals
 */
export function main(ready: () => void): Promise<void> {
  return runCommand({
    read: (args, environment) => readCommand(args, environment, process.cwd()),
    helpText,
    version,
    logs: { json: createJsonLog, pretty: createPrettyLog },
    start: (command, log) => start(command, command.quiet ? createQuietLog(log) : log, ready),
  });
}

async function start(command: Command, log: Log, ready: () => void): Promise<void> {
  if (command.task === 'init') return init(log);
  if (command.task === 'print-config') return void process.stdout.write(printConfig(command));
  if (command.task === 'doctor') return diagnose(command, log, ready);
  const server = createReloadServer(command.options);
  server.on('indexed', collectGarbageSoon);
  endOnSignals(
    async () => {
      log.closing();
      await server.close();
    },
    hasCommands(command.options) ? ['SIGHUP'] : [],
  );
  ready();
  // The URL is always the first line.
  const early: string[] = [];
  let warn = (text: string): void => void early.push(text);
  server.on('warning', (text) => warn(text));
  const listening = await listenOrClose(server);
  log.listening(listening, await about(command, listening));
  warn = log.warning;
  early.forEach(warn);
  server.on('update', log.update);
  server.on('skipped', log.skipped);
  server.on('command', log.command);
  server.on('output', log.output);
  server.on('backend', log.backend);
  if (command.open !== undefined && command.open !== false)
    await openBrowser(listening.url, command.open, log.warning);
}

async function init(log: Log): Promise<void> {
  // Needed once in the life of a project.
  const { initProject } = await import('./cli/init/init.ts');
  const { ok, text } = await initProject(process.cwd());
  if (ok) return void process.stdout.write(text);
  log.error(text);
  process.exitCode = 1;
}

/** A terminal that closes ends only this process, and not those of commands. */
function hasCommands({ exec = [], serveCommand }: ReloadServerOptions): boolean {
  return exec.length > 0 || serveCommand !== undefined;
}

/** Runs `--doctor`. The exit code is 1 if there is a problem. */
async function diagnose({ options, page }: Command, log: Log, ready: () => void): Promise<void> {
  const { runDoctor } = await import('./doctor/run-doctor.ts');
  const abort = new AbortController();
  let problems = 0;
  const ended = runDoctor({
    options,
    page,
    path: process.env['PATH'],
    signal: abort.signal,
    onFinding(finding) {
      if (finding.state === 'problem') problems++;
      log.finding(finding);
    },
  });
  endOnSignals(async () => abort.abort());
  ready();
  await ended;
  log.diagnosis(problems);
  // A connection of a browser may keep the process.
  process.exit(problems > 0 ? 1 : 0);
}

async function listenOrClose(server: ReloadServer): Promise<Listening> {
  try {
    return await server.listen();
  } catch (error) {
    // The file watcher is already running.
    void server.close();
    throw error;
  }
}

async function about({ options, log }: Command, listening: Listening): Promise<About> {
  const { folder, proxy, watch = [], serve = true, exec = [] } = options;
  const on = exec.flatMap((command) => command.on ?? []).filter((glob) => !glob.startsWith('!'));
  const watched = [...(folder === undefined ? [] : [folder]), ...watch, ...on].map(shownPath);
  const kind = !serve ? 'none' : proxy ? 'proxy' : folder === undefined ? 'none' : 'folder';
  const network = networkUrls(listening, networkInterfaces());
  const showsCode = network.length > 0 && log === 'pretty' && process.stdout.isTTY;
  const qrCode = showsCode ? await drawQrCode(network[0]!) : [];
  const sources = { folder: watched[0]!, proxy: String(proxy).replace(/\/$/, ''), none: watched.join(', ') };
  const { certificateFile } = listening;
  const trust = certificateFile === undefined ? [] : describeTrust(certificateFile, process.platform);
  return { source: sources[kind], kind, watched, network, qrCode, trust };
}

function version(): string {
  return (createRequire(import.meta.url)('../package.json') as { version: string }).version;
}
