/** Reads the value of one query parameter. It returns the value, or why the text is none. */
export type Parameter<Value> = (text: string) => { value: Value } | { problem: string };

type Values<Parameters> = {
  [Name in keyof Parameters]?: Parameters[Name] extends Parameter<infer Value> ? Value : never;
};

/** The longest query that is read, in characters. */
const MAX_QUERY_LENGTH = 1_000;

/**
 * Reads a query in which each parameter is optional and occurs at most once.
 *
 * @returns the values, or the problems of all parameters with their names.
 */
export function readParameters<Parameters extends Record<string, Parameter<unknown>>>(
  query: string,
  parameters: Parameters,
): { values: Values<Parameters> } | { problems: string[] } {
  if (query.length > MAX_QUERY_LENGTH)
    return { problems: [`the query has more than ${MAX_QUERY_LENGTH} characters`] };
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, text] of new URLSearchParams(query)) {
    const result = Object.hasOwn(parameters, name) ? parameters[name]!(text) : undefined;
    if (!result)
      problems.push(`${JSON.stringify(name.slice(0, 40))} is none of ${listOf(Object.keys(parameters))}`);
    else if (Object.hasOwn(values, name)) problems.push(`${name} occurs twice`);
    else if ('problem' in result) problems.push(`${name} ${result.problem}`);
    else values[name] = result.value;
  }
  return problems.length > 0 ? { problems } : { values: values as Values<Parameters> };
}

/** One of `names`. */
export function oneOf<const Name extends string>(...names: Name[]): Parameter<Name> {
  return (text) => {
    const value = names.find((name) => name === text);
    return value === undefined ? { problem: `must be one of ${listOf(names)}` } : { value };
  };
}

/** What XML cannot have, and what would break a line. */
const NO_TEXT = /[\p{Cc}\p{Cs}\u2028\u2029\uFFFE\uFFFF]/u;

/** Text on one line. */
export function shortText(maxLength: number): Parameter<string> {
  return (text) => {
    if (text.length > maxLength) return { problem: `must have at most ${maxLength} characters` };
    return NO_TEXT.test(text) ? { problem: 'must not have control characters' } : { value: text };
  };
}

const HEX_COLOR = /^#?((?:[\da-f]{3}){1,2})$/i;

/** A colour by hex digits, which get a `#`, or by one of `names`. */
export function color(names: readonly string[]): Parameter<string> {
  return (text) => {
    const hex = HEX_COLOR.exec(text)?.[1];
    if (hex !== undefined) return { value: `#${hex.toLowerCase()}` };
    return names.includes(text)
      ? { value: text }
      : {
          problem: `must be 3 or 6 hex digits, such as 1a7f37${names.length > 0 ? `, or one of ${listOf(names)}` : ''}`,
        };
  };
}

/** A whole number from 0 to `max`. */
export function wholeNumber(max: number): Parameter<number> {
  return (text) =>
    /^\d{1,15}$/.test(text) && Number(text) <= max
      ? { value: Number(text) }
      : { problem: `must be a whole number from 0 to ${max}` };
}

function listOf(names: readonly string[]): string {
  return names.join(', ');
}
