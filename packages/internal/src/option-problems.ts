/** One mistake in the options. */
export interface OptionProblem {
  /** Which option, such as `sites[0].name`. Empty for the options as a whole. */
  path: string;
  /** What to do about it, as the end of a sentence that begins with the path: `must be a list of sites`. */
  message: string;
}

/** The text of an error that has problems: one line. */
export function describeProblems(problems: readonly OptionProblem[]): string {
  return problems.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join('; ');
}

/** What valibot says about one mistake, as far as it is of use here. */
interface Issue {
  message: string;
  path?: readonly { key: unknown }[] | undefined;
}

/** The problems that a schema has found. */
export function problemsOfIssues(issues: readonly Issue[] = []): OptionProblem[] {
  return issues.map(({ path = [], message }) => ({ path: path.map(pathPart).join(''), message }));
}

function pathPart({ key }: { key: unknown }, index: number): string {
  if (typeof key === 'number') return `[${key}]`;
  return index === 0 ? String(key) : `.${String(key)}`;
}
