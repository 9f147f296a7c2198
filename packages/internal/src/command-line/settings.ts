/** One setting of a command line: its flag, its environment variable and its line of help come from here. */
export interface Setting<Values extends object = Record<string, unknown>> {
  /** The flag without its dashes. */
  flag: string;
  /** What stands for the value in the help. Flags without one are switches. */
  value?: string;
  help: string;
  /** What it sets, by the path that errors name it by. */
  option: keyof Values & string;
  /**
   * Whether the flag may be given more than once. With `values` each of them is one value, and in the environment
   * values are separated by commas. With `lists` each may have several, with commas between them.
   */
  many?: 'values' | 'lists';
  /** What a switch sets its option to. @default true */
  sets?: boolean;
  /** The values that are allowed, where there are only a few. */
  oneOf?: readonly string[];
  /** Reads the text that was given. What it cannot read it returns as it is: the options say what is wrong. */
  read?: (text: string) => unknown;
}

export type LogFormat = 'pretty' | 'json';

export const logSetting: Setting<{ log: LogFormat }> = {
  flag: 'log',
  value: 'FORMAT',
  option: 'log',
  oneOf: ['pretty', 'json'],
  help: 'pretty for people, json for one object a line (pretty)',
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
