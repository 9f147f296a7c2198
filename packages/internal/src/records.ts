/** Whether a value is an object with entries, such as options. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function filterEntries(
  record: Record<string, unknown>,
  keep: (key: string, value: unknown) => boolean,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([key, value]) => keep(key, value)));
}

/** An option that is undefined is one that was not given: callers pass their own through. */
export function withoutUndefined(options: unknown): unknown {
  return isRecord(options) ? filterEntries(options, (_key, value) => value !== undefined) : options;
}
