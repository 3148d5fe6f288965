import { globSync, readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, describe, expect, it } from 'vitest';
import { resourcesOf, templatesOf, testApp } from '../test-app.ts';
import { OPERATIONS, openApi, placeOf } from './openapi.ts';
import type { Content } from './operation.ts';
import { SCHEMAS } from './schemas.ts';

const made = testApp();
afterAll(made.remove);
const document = openApi('1.2.3');
const operations = Object.entries(OPERATIONS);
const contents = operations.flatMap(([route, { body, answers }]): [string, Content][] => [
  ...(body ? ([[`${route}: body`, body]] as [string, Content][]) : []),
  ...Object.entries(answers).map(([status, answer]): [string, Content] => [`${route}: ${status}`, answer]),
]);

/** Every `$ref` of a value. */
const refsIn = (value: unknown): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, inner]) =>
        key === '$ref' && typeof inner === 'string' ? [inner] : refsIn(inner),
      );

describe('the document', () => {
  it('is OpenAPI 3.1, by the schema of the OpenAPI Initiative, and a broken one is not', async () => {
    expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
    const { info: _, ...broken } = structuredClone(document);
    expect((await new Validator().validate(broken)).valid).toBe(false);
  });

  it.each(Object.entries(templatesOf(made.app)))(
    'describes every route that is deployed, with its scopes, and no other, in %s',
    (_, template) => {
      const deployed = resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => [
        Properties.RouteKey,
        [...(Properties.AuthorizationScopes ?? [])].sort(),
      ]);
      expect(deployed.length).toBeGreaterThan(30);
      expect(
        Object.fromEntries(
          operations.map(([route, { scopes }]) => [
            route,
            scopes.map((scope) => `countersign/${scope}`).sort(),
          ]),
        ),
      ).toEqual(Object.fromEntries(deployed));
    },
  );

  it('puts each operation in its place, with the security of its route', () => {
    const paths = document.paths as Record<string, Record<string, { security: unknown }>>;
    expect(Object.values(paths).flatMap((path) => Object.keys(path))).toHaveLength(operations.length);
    expect(paths['/v1/trusted-issuers/{did}']!.get!.security).toEqual([{ token: ['countersign/operate'] }]);
    expect(paths['/v1/decisions/{eventId}']!.get!.security).toEqual([
      { token: ['countersign/evaluate'] },
      { token: ['countersign/operate'] },
    ]);
    expect(paths['/v1/presentation-requests/{id}/response']!.post!.security).toEqual([]);
  });

  it('names each operation once', () => {
    const ids = operations.map(([, { id }]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(operations)('describes the parameters in the path of %s, and no others', (route, { path = {} }) => {
    const named = [...placeOf(route).path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    expect(Object.keys(path)).toEqual(named);
  });

  it('refers to nothing that is not there, and keeps no schema that nothing uses', () => {
    const refs = new Set(refsIn(document));
    const { schemas, parameters } = document.components;
    const kept = [
      ...Object.keys(schemas).map((name) => `#/components/schemas/${name}`),
      ...Object.keys(parameters).map((name) => `#/components/parameters/${name}`),
    ];
    expect([...refs].sort()).toEqual(kept.sort());
  });

  it('shows what errors look like to each kind of caller', () => {
    type Answers = Record<string, { content: Record<string, { schema: unknown }> }>;
    const answersOf = (path: string, method: string) =>
      (document.paths as unknown as Record<string, Record<string, { responses: Answers }>>)[path]![method]!
        .responses;
    const told = (path: string, method: string, status: string) =>
      Object.entries(answersOf(path, method)[status]!.content).map(([type, { schema }]) => [type, schema]);
    const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
    expect(told('/v1/evaluate', 'post', '422')).toEqual([['application/problem+json', ref('Problem')]]);
    expect(told('/v1/evaluate', 'post', '403')).toEqual([
      ['application/problem+json', ref('Problem')],
      ['application/json', ref('GatewayError')],
    ]);
    expect(told('/v1/evaluate', 'post', '401')).toEqual([['application/json', ref('GatewayError')]]);
    expect(told('/v1/presentation-requests/{id}/response', 'post', '400')).toEqual([
      ['application/json', ref('OAuthError')],
    ]);
    expect(told('/v1/signals', 'post', '400')).toEqual([['application/json', ref('SetError')]]);
    expect(answersOf('/v1/presentation-requests/{id}/response', 'post')).not.toHaveProperty('401');
  });
});

describe('what it says', () => {
  it.each(contents.filter(([, { example }]) => example !== undefined))(
    '%s has an example that holds',
    (_, one) => {
      const parsed = SCHEMAS[one.schema!].safeParse(one.example);
      expect(parsed.error?.issues ?? []).toEqual([]);
    },
  );

  it('bodies in JSON have examples', () => {
    const without = operations.filter(
      ([, { body }]) => body?.schema !== undefined && body.example === undefined,
    );
    expect(without.map(([route]) => route)).toEqual([]);
  });

  it('codes of problems are raised by the functions', () => {
    const sources = globSync('functions/**/*.ts', { exclude: (name) => name.endsWith('.test.ts') })
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    const codes = new Set(operations.flatMap(([, { problems = {} }]) => Object.values(problems).flat()));
    expect([...codes].filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
  });
});
