/** One setting of a command line. It defines the flag, the environment variable and the line of `--help`. */
export interface Setting<Values extends object = Record<string, unknown>> {
  /** The flag without `--`. */
  flag: string;
  /** The name of the value in `--help`. A flag without one is a switch. */
  value?: string;
  help: string;
  /** The option that it sets, by its path in errors. */
  option: keyof Values & string;
  /**
   * Whether the flag can be repeated. With `values`, each flag is one value, and commas separate the values of the
   * environment variable. With `lists`, commas separate values in both. With `texts`, each flag and the variable are one
   * value.
   */
  many?: 'values' | 'lists' | 'texts';
  /**
   * Makes the value optional: without one, the flag sets `true`. The argument after the flag is its value only if it matches;
   * any value can be given as `--flag=value`.
   */
  optional?: RegExp;
  /**
   * Combines the values of a repeated flag into the value of the option. `source` is the flag or the variable, for errors.
   * @default a list of them
   */
  combine?: (texts: string[], source: string) => unknown;
  /** The value that a switch sets. @default true */
  sets?: boolean;
  /** The allowed values. @default all */
  oneOf?: readonly string[];
  /** Parses the text. It returns a text that it cannot parse unchanged, so that validation reports it. */
  read?: (text: string) => unknown;
}

export type LogFormat = 'pretty' | 'json';

export const logSetting: Setting<{ log: LogFormat }> = {
  flag: 'log',
  value: 'FORMAT',
  option: 'log',
  oneOf: ['pretty', 'json'],
  help: 'pretty (text) or json (one object per line) (pretty)',
};

export function readNumber(text: string): unknown {
  return /^\s*\d+\s*$/.test(text) ? Number(text) : text;
}

export function readNumberOrNone(text: string): unknown {
  return text.trim() === 'none' ? Infinity : readNumber(text);
}

export function readList(text: string): string[] {
  return splitAtCommas(text).filter(Boolean);
}

export function splitAtCommas(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}
