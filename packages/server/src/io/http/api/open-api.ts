import type { ApiRoute } from './api-route.ts';
import { count, objectOf, text, type JsonSchema } from './json-schema.ts';
import { respondJson } from './respond-json.ts';

const problem: JsonSchema = objectOf({
  type: text,
  title: text,
  status: count,
  code: { ...text, description: 'For programs: it never changes.' },
  detail: { ...text, description: 'For people.' },
});

const NOT_MODIFIED = { description: 'The client has the newest answer (If-None-Match).' };

/** The route of the OpenAPI document, which describes the given routes and itself. */
export function createOpenApiRoute(routes: readonly ApiRoute[], version: string): ApiRoute {
  const route: ApiRoute = {
    method: 'GET',
    path: 'openapi.json',
    access: 'any',
    handle: ({ request, response }) => respondJson(request, response, document),
    doc: { summary: 'This document.', schema: { type: 'object' } },
  };
  const document = createDocument([...routes, route], version);
  return route;
}

/** Describes routes as OpenAPI 3.1. */
function createDocument(routes: readonly ApiRoute[], version: string): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    if (route.doc) (paths[`/${route.path}`] ??= {})[route.method.toLowerCase()] = operationOf(route);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Live Online',
      version,
      description: 'How many people are on which site. Errors are problem+json (RFC 9457).',
    },
    servers: [{ url: '.' }],
    paths,
    components: {
      schemas: { problem },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'The token of the admin, or that of a site.' },
      },
    },
  };
}

function operationOf({ path, method, access, doc = { summary: '' } }: ApiRoute): object {
  const { summary, query = {}, status = 200, contentType = 'application/json', schema } = doc;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: text,
  }));
  const inQuery = Object.entries(query).map(([name, value]) => ({ name, in: 'query', schema: value }));
  return {
    summary,
    operationId: `${method.toLowerCase()}-${path.replace(/[{}]/g, '').replace(/[^\w]+/g, '-')}`,
    parameters: [...inPath, ...inQuery],
    // A public site needs no token.
    security: [...(access === 'admin' ? [] : [{}]), ...(access === 'any' ? [] : [{ token: [] }])],
    responses: {
      [status]: { description: 'Success', ...(schema && { content: { [contentType]: { schema } } }) },
      ...(method === 'GET' && contentType !== 'text/event-stream' && { 304: NOT_MODIFIED }),
      default: {
        description: 'A problem: 400, 401 (no token), 403, 404, 405, or 429 with Retry-After.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/problem' } } },
      },
    },
  };
}
