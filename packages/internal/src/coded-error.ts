import type { OptionProblem } from './option-problems.ts';

/** What an error knows beside its code and its text. */
export interface CodedErrorOptions extends ErrorOptions {
  problems?: readonly OptionProblem[];
}

/** An error that programs tell apart by its code. Its message says what to do about it. */
export abstract class CodedError<Code extends string> extends Error {
  readonly code: Code;
  /** Every mistake in the options, where the code is `options-invalid`; otherwise none. */
  readonly problems: readonly OptionProblem[];

  constructor(code: Code, message: string, { problems = [], ...options }: CodedErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.problems = problems;
  }
}
