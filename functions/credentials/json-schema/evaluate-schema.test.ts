import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fuzzRuns } from '../testing/fuzz.ts';
import { evaluateSchema, MAX_SCHEMA_BYTES } from './index.ts';

const V2020 = 'https://json-schema.org/draft/2020-12/schema';
const BY_ROLE = {
  $schema: V2020,
  $id: 'https://schemas.example/clerk',
  type: 'object',
  properties: {
    credentialSubject: { type: 'object', required: ['role'], properties: { role: { const: 'clerk' } } },
  },
  required: ['credentialSubject'],
};

describe('evaluating a schema', () => {
  test('tells what conforms from what does not', () => {
    expect(evaluateSchema(BY_ROLE, { credentialSubject: { role: 'clerk' } })).toBe('success');
    expect(evaluateSchema(BY_ROLE, { credentialSubject: { role: 'director' } })).toBe('failure');
    expect(evaluateSchema(BY_ROLE, {})).toBe('failure');
  });

  test.each([
    [V2020],
    ['https://json-schema.org/draft/2019-09/schema'],
    ['http://json-schema.org/draft-07/schema#'],
  ])('knows %s', ($schema) => {
    expect(evaluateSchema({ ...BY_ROLE, $schema }, { credentialSubject: { role: 'clerk' } })).toBe('success');
    expect(evaluateSchema({ ...BY_ROLE, $schema }, { credentialSubject: { role: 'x' } })).toBe('failure');
  });

  test.each([
    ['no version', { ...BY_ROLE, $schema: undefined }],
    ['a version that is none', { ...BY_ROLE, $schema: 'https://json-schema.org/draft/2042-01/schema' }],
    ['the name of a member of every object as its version', { ...BY_ROLE, $schema: 'constructor' }],
    ['a reference to elsewhere', { ...BY_ROLE, $ref: 'https://schemas.example/other' }],
    ['a reference to nothing', { ...BY_ROLE, $ref: '#/$defs/none' }],
    ['a reference to itself', { ...BY_ROLE, $ref: '#' }],
    ['a keyword that the library passes over', { ...BY_ROLE, $dynamicRef: '#x' }],
    ['a member that the library keeps for itself', { ...BY_ROLE, __absolute_ref__: '#' }],
    ['a pattern that cannot be read', { ...BY_ROLE, properties: { credentialSubject: { pattern: '(' } } }],
  ])('is indeterminate by %s', (_, schema) => {
    const document = {
      credentialSubject: 'type' in schema.properties.credentialSubject ? { role: 'clerk' } : 'x',
    };
    expect(evaluateSchema(schema, document)).toBe('indeterminate');
  });

  test('is indeterminate by what is no schema', () => {
    for (const schema of [undefined, null, true, 7, 'x', []])
      expect(evaluateSchema(schema, {})).toBe('indeterminate');
  });

  test('ends: a pattern that backtracks for ever is cut off, and the next evaluation is not', () => {
    const slow = { $schema: V2020, properties: { name: { pattern: '^(a+)+$' } } };
    expect(evaluateSchema(slow, { name: `${'a'.repeat(60)}!` })).toBe('indeterminate');
    expect(evaluateSchema(slow, { name: 'aaa' })).toBe('success');
  });

  test('is bounded in size and in depth', () => {
    const padded = (length: number) => {
      const schema = { $schema: V2020, description: '' };
      return { ...schema, description: 'x'.repeat(length - JSON.stringify(schema).length) };
    };
    expect(evaluateSchema(padded(MAX_SCHEMA_BYTES), {})).toBe('success');
    expect(evaluateSchema(padded(MAX_SCHEMA_BYTES + 1), {})).toBe('indeterminate');
    const nested = (depth: number): object => (depth === 1 ? {} : { not: { not: nested(depth - 2) } });
    expect(evaluateSchema({ $schema: V2020, ...nested(31) }, {})).toBe('success');
    expect(evaluateSchema({ $schema: V2020, ...nested(33) }, {})).toBe('indeterminate');
  });

  test('does not change the schema, and whatever it is given is answered', () => {
    const frozen = JSON.stringify(BY_ROLE);
    evaluateSchema(BY_ROLE, { credentialSubject: { role: 'clerk' } });
    expect(JSON.stringify(BY_ROLE)).toBe(frozen);
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('type', 'properties', '$ref', 'items', 'enum', 'not', '$id'),
          fc.jsonValue(),
        ),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (schema, document) => {
          expect(['success', 'failure', 'indeterminate']).toContain(
            evaluateSchema({ $schema: V2020, ...schema }, document),
          );
        },
      ),
      fuzzRuns(100),
    );
  });
});
