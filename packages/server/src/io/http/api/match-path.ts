/**
 * The values of the `{…}` of a pattern in a path, decoded.
 *
 * @returns `undefined` if the path does not match, or has an invalid percent-encoding.
 */
export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const [names, segments] = [pattern.split('/'), path.split('/')];
  if (names.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const segment = segments[index]!;
    const parameter = /^\{(\w+)\}$/.exec(name)?.[1];
    if (parameter === undefined) {
      if (segment !== name) return undefined;
      continue;
    }
    const value = decodeSegment(segment);
    if (value === undefined || value === '') return undefined;
    params[parameter] = value;
  }
  return params;
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
