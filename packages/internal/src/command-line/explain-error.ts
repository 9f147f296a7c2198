import type { CodedError } from '../coded-error.ts';
import { describeProblems } from '../option-problems.ts';

/** The flag or environment variable of each option, by the option's path: `--port` of `port`. */
export type Sources = ReadonlyMap<string, string>;

/** The text of an error, with flags and environment variables in place of options. */
export function explainError(
  { code, message, problems }: Pick<CodedError<string>, 'code' | 'message' | 'problems'>,
  sources: Sources,
): string {
  if (code === 'port-in-use' || code === 'port-forbidden') return `${message} (--port)`;
  if (code === 'host-unknown') return `${message} (--host)`;
  if (problems.length === 0) return message;
  return describeProblems(problems.map((problem) => ({ ...problem, path: nameOf(problem.path, sources) })));
}

/** Replaces the option in a path by its source: `sites[0]` becomes `--site[0]`. */
function nameOf(path: string, sources: Sources): string {
  let name = path;
  let longest = 0;
  for (const [option, source] of sources) {
    const rest = path.slice(option.length);
    if (option.length <= longest || !path.startsWith(option) || !/^$|^[.[]/.test(rest)) continue;
    longest = option.length;
    name = source + rest;
  }
  return name;
}
