import { readFileSync } from 'node:fs';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The user that the README documents as the least that is needed, as the words after ACL SETUSER. */
export function documentedUser(kind: 'alone' | 'cluster'): string[] {
  const lines = readme.match(/^ACL SETUSER .*$/gm) ?? [];
  const line = lines.find((text) => text.includes('+ssubscribe') === (kind === 'cluster'));
  if (!line) throw new Error('the README documents no such user');
  return line.split(' ').slice(2);
}
