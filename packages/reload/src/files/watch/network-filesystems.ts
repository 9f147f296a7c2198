import { readFileSync } from 'node:fs';
import { isWithin, realPathOf } from '../public-path.ts';

/** Types of file systems that report no changes made elsewhere. */
const NETWORK_FILESYSTEMS =
  /^(9p|drvfs|nfs\d?|cifs|smb\w*|fuse(\..+|blk)?|vboxsf|virtiofs|prl_fs|vmhgfs|afs|ceph|glusterfs|davfs)$/;

/**
 * The type of the file system of `path`, if it is one that reports no changes.
 *
 * @param mounts the text of Linux's `/proc/self/mountinfo`
 */
export function findNetworkFilesystem(path: string, mounts: string): string | undefined {
  let found = { point: '', type: '' };
  for (const line of mounts.split('\n')) {
    const [before, after] = line.split(' - ', 2);
    const point = before
      ?.split(' ')[4]
      ?.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
    const type = after?.split(' ')[0];
    if (point === undefined || type === undefined) continue;
    // Of two mounts at one point, the later hides the earlier.
    if (isWithin(point, path) && point.length >= found.point.length) found = { point, type };
  }
  return NETWORK_FILESYSTEMS.test(found.type) ? found.type : undefined;
}

function readMounts(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    // Other systems have no such file: for a network file system there, users pass --poll.
    return '';
  }
}

/** The warning that a folder is polled because of its file system; `undefined` if that reports changes. */
export function describeNetworkFilesystem(folder: string): string | undefined {
  const type = findNetworkFilesystem(realPathOf(folder) ?? folder, readMounts());
  if (type === undefined) return undefined;
  return `${folder} is on a file system (${type}) that reports no changes: its files are polled twice a second instead`;
}
