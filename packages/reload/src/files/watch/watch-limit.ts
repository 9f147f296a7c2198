/** Why a folder cannot be watched by events: it is missing, may not be read, or the system has no watches left. */
export type WatchFailure = 'missing' | 'denied' | 'limit';

export function classifyWatchError(code: string | undefined): WatchFailure {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
  return code === 'EACCES' || code === 'EPERM' ? 'denied' : 'limit';
}

/** The warning when the system has no watches left. */
export function describeWatchLimit(code: string | undefined): string {
  const remedy =
    code === 'EMFILE'
      ? 'raise the limit with "sudo sysctl fs.inotify.max_user_instances=1024", or "ulimit -n 65536"'
      : 'raise the limit with "sudo sysctl fs.inotify.max_user_watches=524288"';
  return `the system has no watches left (${code}): the remaining folders are polled twice a second instead; ${remedy}`;
}
