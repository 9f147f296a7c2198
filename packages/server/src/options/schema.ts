import * as v from 'valibot';

/** An integer from `min` to `max`; `unit` is added to the error, such as ` (ms)`. */
export function integer(min: number, max: number, unit = ''): v.GenericSchema<number> {
  const message = `must be an integer from ${min} to ${max}${unit}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message));
}

/** The error of an object schema that has a wrong type, or an unknown option. */
export function objectError({ expected }: { expected: string | null }): string {
  return expected === 'never' ? 'is an unknown option' : 'must be an object';
}
