import { readFileSync } from 'node:fs';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The arguments of ACL SETUSER for the user with the fewest permissions, as the README documents it. */
export function documentedUser(kind: 'alone' | 'cluster'): string[] {
  const lines = readme.match(/^ACL SETUSER .*$/gm) ?? [];
  const line = lines.find((text) => text.includes('+ssubscribe') === (kind === 'cluster'));
  if (!line) throw new Error('the README documents no such user');
  return line.split(' ').slice(2);
}
