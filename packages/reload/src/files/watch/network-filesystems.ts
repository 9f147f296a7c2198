import { readFileSync } from 'node:fs';
import { sep } from 'node:path';

/** Types of file systems that tell nobody of changes made elsewhere. */
const SILENT =
  /^(9p|drvfs|nfs\d?|cifs|smb\w*|fuse(\..+|blk)?|vboxsf|virtiofs|prl_fs|vmhgfs|afs|ceph|glusterfs|davfs)$/;

/**
 * The type of the file system that `path` lies on, where it is one that sends no events.
 *
 * @param mounts the text of Linux's `/proc/self/mountinfo`
 */
export function findSilentDisk(path: string, mounts: string): string | undefined {
  let found = { point: '', type: '' };
  for (const line of mounts.split('\n')) {
    const [before, after] = line.split(' - ', 2);
    const point = before
      ?.split(' ')[4]
      ?.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
    const type = after?.split(' ')[0];
    if (point === undefined || type === undefined) continue;
    const holds = path === point || path.startsWith(point === sep ? sep : point + sep);
    // Of two mounts at one point, the later hides the earlier.
    if (holds && point.length >= found.point.length) found = { point, type };
  }
  return SILENT.test(found.type) ? found.type : undefined;
}

export function readMounts(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    // Not on Linux: whoever mounts a disk from elsewhere there has --poll.
    return '';
  }
}
