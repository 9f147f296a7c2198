/** What to say, and what to do, where the system has no watches left. */
export function outOfWatches(code: string | undefined): string {
  const remedy =
    code === 'EMFILE'
      ? 'raise the limit with "sudo sysctl fs.inotify.max_user_instances=1024", or "ulimit -n 65536"'
      : 'raise the limit with "sudo sysctl fs.inotify.max_user_watches=524288"';
  return `the system has no watches left (${code}): the remaining folders are looked at twice a second instead; ${remedy}`;
}
