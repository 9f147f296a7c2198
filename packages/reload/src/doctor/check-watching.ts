import { readFileSync, statSync, watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setSamePermissions } from '../files/watch/event-probe.ts';
import { describeNetworkFilesystem } from '../files/watch/network-filesystems.ts';
import { watchFolders } from '../files/watch/watch-folders.ts';
import type { ResolvedReloadServerOptions } from '../options/options.ts';
import { note, ok, problem, type Finding } from './finding.ts';

/** How long an event may take, in ms. It comes at once where the system reports changes. */
const WAIT_MS = 2_000;

export type WatchCheckOptions = Pick<ResolvedReloadServerOptions, 'roots' | 'ignore' | 'filter' | 'poll'> & {
  /** A temporary folder, for a file that is written as a probe. */
  scratch: string;
  /** Waits for an event of a folder after `act`. @default uses the system's events */
  waitForEvent?: (folder: string, act: () => boolean) => Promise<EventOutcome>;
  /** The problem of a folder on a network file system. @default asks the system */
  describeNetwork?: (folder: string) => string | undefined;
};

/** `denied`: the user may not change the folder. */
export type EventOutcome = 'event' | 'silence' | 'denied' | 'unwatchable';

/** Checks that the system reports saves, in the folders of the project too, and how many folders it can watch. */
export async function checkWatching(options: WatchCheckOptions): Promise<Finding[]> {
  const {
    roots,
    poll,
    scratch,
    waitForEvent = waitForSystemEvent,
    describeNetwork = describeNetworkFilesystem,
  } = options;
  if (poll) return [ok('watching', 'All files are checked twice a second (--poll).')];
  const probe = await waitForEvent(scratch, () => writeProbe(scratch));
  if (probe !== 'event') {
    const advice = 'Start with --poll: all files are then checked twice a second.';
    return [
      problem('watching', 'The system reports no changes of files, not even in a temporary folder.', advice),
    ];
  }
  const findings: Finding[] = [];
  for (const root of roots) {
    const folder = statSync(root).isDirectory() ? root : dirname(root);
    const outcome = await waitForEvent(folder, () => setSamePermissions(folder));
    findings.push(describeRoot(root, describeNetwork(folder), outcome));
  }
  return [...findings, ...(await checkLimits(options))];
}

function describeRoot(root: string, network: string | undefined, outcome: EventOutcome): Finding {
  if (network !== undefined) {
    return note(
      'watching',
      `${network}.`,
      'If a save takes too long, keep the files on a disk of this machine.',
    );
  }
  if (outcome === 'event') return ok('watching', `The system reports changes in ${root}.`);
  if (outcome === 'denied') {
    return note(
      'watching',
      `You may not change ${root}, so that its notifications could not be tried.`,
      'If its saves are not noticed, start with --poll.',
    );
  }
  const text = `The system reports no changes in ${root}, as in some containers and shared folders.`;
  return problem('watching', text, 'Start with --poll: its files are then checked twice a second.');
}

/** Watches all folders as the tool does, and compares their number with the limit of the system. */
async function checkLimits({ roots, ignore, filter }: WatchCheckOptions): Promise<Finding[]> {
  const warnings: string[] = [];
  const watched = watchFolders({
    roots,
    ignore,
    filter,
    onFileEvent() {},
    onWarning: (text) => warnings.push(text),
  });
  await watched.ready;
  const count = [...watched.folders()].length;
  await watched.close();
  const folders = `${count} ${count === 1 ? 'folder is' : 'folders are'} watched`;
  if (warnings.length > 0) {
    const advice = 'A text above names the remedy; until then, the tool checks these files twice a second.';
    return [problem('watching', `${folders}, and not all in time: ${warnings.join('; ')}`, advice)];
  }
  const limit = readLimit();
  return [ok('watching', `${folders}${limit === undefined ? '' : `; the system allows ${limit} per user`}.`)];
}

function readLimit(): number | undefined {
  try {
    return Number(readFileSync('/proc/sys/fs/inotify/max_user_watches', 'utf8'));
  } catch {
    // Only Linux has this limit.
    return undefined;
  }
}

function writeProbe(folder: string): boolean {
  writeFileSync(join(folder, 'probe'), '');
  return true;
}

function waitForSystemEvent(folder: string, act: () => boolean): Promise<EventOutcome> {
  return new Promise((resolve) => {
    const end = (outcome: EventOutcome): void => {
      clearTimeout(timer);
      watcher?.close();
      resolve(outcome);
    };
    const timer = setTimeout(() => setImmediate(() => end('silence')), WAIT_MS);
    let watcher: ReturnType<typeof watch> | undefined;
    try {
      watcher = watch(folder, () => end('event')).on('error', () => end('unwatchable'));
      if (!act()) end('denied');
    } catch {
      end('unwatchable');
    }
  });
}
