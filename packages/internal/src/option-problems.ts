/** One mistake in the options. */
export interface OptionProblem {
  /** The path of the option, such as `sites[0].name`. Empty for the options as a whole. */
  path: string;
  /** What to do about it. It continues a sentence that starts with the path: `must be a list of sites`. */
  message: string;
}

/** The message of an error with problems, on one line. */
export function describeProblems(problems: readonly OptionProblem[]): string {
  return problems.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join('; ');
}

/** The used part of a valibot issue. */
interface Issue {
  message: string;
  path?: readonly { key: unknown }[] | undefined;
}

/** Converts the issues of a schema. */
export function problemsOfIssues(issues: readonly Issue[] = []): OptionProblem[] {
  return issues.map(({ path = [], message }) => ({ path: path.map(pathPart).join(''), message }));
}

function pathPart({ key }: { key: unknown }, index: number): string {
  if (typeof key === 'number') return `[${key}]`;
  return index === 0 ? String(key) : `.${String(key)}`;
}
