/**
 * The name that a server was given, and the random part that makes it unique. A primary process has `-primary` in its name,
 * which says nothing here. A server without a given name has only the random part, which is its name then.
 */
export function splitName(name: string): { given: string; random: string } {
  const [, given = name, random = ''] = /^(.+?)((?:-primary)?-[\da-f]{16})$/.exec(name) ?? [];
  return { given, random };
}
