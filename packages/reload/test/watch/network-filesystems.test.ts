import { describe, expect, it } from 'vitest';
import { findNetworkFilesystem } from '../../src/files/watch/network-filesystems.ts';

const mounts = [
  '22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw',
  '30 22 0:30 / /mnt/c rw,noatime - 9p drvfs rw,aname=drvfs',
  '31 22 0:31 / /mnt/with\\040space rw - nfs4 server:/x rw',
  '32 22 0:32 / /srv/share rw shared:5 - cifs //server/share rw',
  '33 32 0:33 / /srv/share/local rw - tmpfs tmpfs rw',
  '34 22 0:34 / /home/me/remote rw - fuse.sshfs me@host: rw',
  '35 22 8:2 / /mnt/c rw - ext4 /dev/sdb rw',
].join('\n');

describe('file systems that report no changes', () => {
  it.each([
    ['/srv/share/site', 'cifs'],
    ['/mnt/with space/site', 'nfs4'],
    ['/home/me/remote', 'fuse.sshfs'],
  ])('[R3] %s is on %s', (path, type) => {
    expect(findNetworkFilesystem(path, mounts)).toBe(type);
  });

  it.each(['/home/me/site', '/srv/share/local/site', '/srv/shared', '/mnt/c/hidden/by/a/later/mount', '/'])(
    '[R3] %s is on none of them',
    (path) => {
      expect(findNetworkFilesystem(path, mounts)).toBeUndefined();
    },
  );

  it('[R3] an unreadable list of mounts names none', () => {
    expect(findNetworkFilesystem('/x', '')).toBeUndefined();
    expect(findNetworkFilesystem('/x', 'nonsense\n - \n1 2 3')).toBeUndefined();
  });
});
