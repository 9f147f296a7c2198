import type { OptionProblem } from './option-problems.ts';

/** Details of an error in addition to code and message. */
export interface CodedErrorOptions extends ErrorOptions {
  problems?: readonly OptionProblem[];
}

/** An error with a code for programs, and a message that says what to do about it. */
export abstract class CodedError<Code extends string> extends Error {
  readonly code: Code;
  /** All mistakes in the options if the code is `options-invalid`; otherwise empty. */
  readonly problems: readonly OptionProblem[];

  constructor(code: Code, message: string, { problems = [], ...options }: CodedErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.problems = problems;
  }
}
