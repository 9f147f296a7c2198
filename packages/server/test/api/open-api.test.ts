import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv2020 from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, bodyOf, startApi } from '../helpers/api.ts';

interface Operation {
  operationId: string;
  parameters: { name: string; in: string }[];
  security: object[];
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: { problem: object } };
}

/** Checks values against the schemas of a document. */
function createCheck({ components }: Document) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  return (schema: object, value: unknown): void => {
    const isProblem = '$ref' in schema;
    const validate = ajv.compile(isProblem ? components.schemas.problem : schema);
    expect([validate(value), validate.errors]).toEqual([true, null]);
  };
}

describe('the OpenAPI document', () => {
  it('[A11] describes every answer of the API', async () => {
    const { get, open, url } = await startApi();
    await open('a.example', { page: '/blog' });
    const response = await get('openapi.json');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    const document = await bodyOf<Document>(response);
    expect(document.openapi).toBe('3.1.1');
    const check = createCheck(document);
    const authorization = `Bearer ${ADMIN_TOKEN}`;
    let checked = 0;
    for (const [path, { get: operation }] of Object.entries(document.paths)) {
      if (!operation) continue;
      const { content = {} } = operation.responses['200']!;
      const address = `${url}v1${path.replace('{site}', 'a.example')}`;
      const abort = new AbortController();
      const answer = await fetch(address, { headers: { authorization }, signal: abort.signal });
      const [type] = answer.headers.get('content-type')!.split(';') as [string];
      expect([path, answer.status, Object.keys(content)]).toEqual([path, 200, [type]]);
      if (type === 'application/json') check(content[type]!.schema, await answer.json());
      abort.abort();
      checked++;
    }
    expect(checked).toBeGreaterThan(8);
  });

  it('[A11] fits to the schema of OpenAPI 3.1, and a document with a mistake does not', async () => {
    const { get } = await startApi();
    const document = await bodyOf<Document & Record<string, unknown>>(get('openapi.json'));
    const validator = new Validator();
    expect(await validator.validate(document)).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
    const { info: _info, ...withoutInfo } = document;
    expect(await validator.validate(withoutInfo)).toMatchObject({ valid: false });
  });

  it('[A11] describes the errors and who may call', async () => {
    const { get } = await startApi();
    const document = await bodyOf<Document>(get('openapi.json'));
    const check = createCheck(document);
    const ids: string[] = [];
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, { operationId, parameters, security, responses }] of Object.entries(operations)) {
        ids.push(operationId);
        const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        expect(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(
          named,
        );
        const { schema } = responses['default']!.content!['application/problem+json']!;
        const answer = await get(path.slice(1).replace(/\{\w+\}/g, 'a.example'), {
          method: method.toUpperCase(),
        });
        if (security.some((scheme) => 'token' in scheme)) {
          expect([path, answer.status]).toEqual([path, 401]);
          check(schema, await answer.json());
        } else {
          expect([path, answer.status]).toEqual([path, 200]);
        }
      }
    }
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('[A11] has every route of the API', async () => {
    const { getAsAdmin } = await startApi();
    const { paths } = await bodyOf<Document>(getAsAdmin('openapi.json'));
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        '/sites/{site}',
        '/sites/{site}/pages',
        '/sites/{site}/history',
        '/sites/{site}/events',
        '/sites/{site}/badge.svg',
        '/sites/{site}/badge.html',
        '/sites',
        '/servers',
        '/servers/{name}/drain',
        '/stats',
        '/openapi.json',
      ]),
    );
  });
});
