/** Whether a value is a plain record, such as options. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function filterEntries(
  record: Record<string, unknown>,
  keep: (key: string, value: unknown) => boolean,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([key, value]) => keep(key, value)));
}

/** Removes options that are undefined: for callers that pass their own options on, they count as absent. */
export function withoutUndefined(options: unknown): unknown {
  return isRecord(options) ? filterEntries(options, (_key, value) => value !== undefined) : options;
}
