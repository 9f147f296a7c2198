import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';

type Headers = OutgoingHttpHeaders | readonly (OutgoingHttpHeader | readonly OutgoingHttpHeader[])[];

/** What `writeHead()` takes after the status: a reason phrase, headers, or both. */
export type HeadArguments = readonly (string | Headers | undefined)[];

export function messageOf(rest: HeadArguments): string | undefined {
  return typeof rest[0] === 'string' ? rest[0] : undefined;
}

/** Sets the headers of a `writeHead()` on the response. They replace those of the same name. */
export function setGivenHeaders(response: ServerResponse, rest: HeadArguments): void {
  const given = rest.find((one) => typeof one === 'object');
  if (given) setHeaders(response, isList(given) ? pairs(given) : Object.entries(given));
}

/** Sets headers, of which each name may occur several times. They replace those of the same name. */
export function setHeaders(
  response: ServerResponse,
  headers: Iterable<readonly [name: string, value: OutgoingHttpHeader | undefined]>,
): void {
  const byName = new Map<string, { name: string; values: OutgoingHttpHeader[] }>();
  for (const [name, value] of headers) {
    if (value === undefined) continue;
    const known = byName.get(name.toLowerCase());
    if (known) known.values.push(value);
    else byName.set(name.toLowerCase(), { name, values: [value] });
  }
  for (const { name, values } of byName.values())
    response.setHeader(name, values.length === 1 ? values[0]! : values.flat().map(String));
}

function isList(headers: Headers): headers is Exclude<Headers, OutgoingHttpHeaders> {
  return Array.isArray(headers);
}

/** Node takes a list of pairs, and a list of names and values in turn. */
function pairs(list: Exclude<Headers, OutgoingHttpHeaders>): [name: string, value: OutgoingHttpHeader][] {
  const flat = Array.isArray(list[0]) ? list.flat(1) : list;
  return Array.from({ length: flat.length >> 1 }, (_, index) => [
    String(flat[2 * index]),
    flat[2 * index + 1] as OutgoingHttpHeader,
  ]);
}
