import { describe, expect, it } from 'vitest';
import {
  authenticationObservedDraft4,
  authenticationObservedSchema,
  type JsonSchema,
} from './json-schema.ts';

/** Every schema object within a schema. */
function parts(schema: unknown): Record<string, unknown>[] {
  if (Array.isArray(schema)) return schema.flatMap(parts);
  if (typeof schema !== 'object' || schema === null) return [];
  return [schema as Record<string, unknown>, ...Object.values(schema).flatMap(parts)];
}

describe('the JSON Schema of Authentication Observed', () => {
  it('requires what the design says and nothing else', () => {
    const { properties } = authenticationObservedSchema() as { properties: Record<string, JsonSchema> };
    expect(properties.metadata?.required).toEqual(['id']);
    expect(properties.data?.required).toEqual(['subject', 'action', 'outcome']);
  });

  it('lets unknown members be', () => {
    expect(
      parts(authenticationObservedSchema()).filter((part) => part.additionalProperties === false),
    ).toEqual([]);
  });

  it('bounds every list and every text that is not one of a few words', () => {
    for (const part of parts(authenticationObservedSchema())) {
      if (part.type === 'array') expect(part.maxItems).toBeTypeOf('number');
      if (part.type === 'string') expect('maxLength' in part || 'enum' in part || 'const' in part).toBe(true);
    }
  });

  it('has a Draft 4 form of the whole event without the words of later drafts', () => {
    const schema = authenticationObservedDraft4();
    expect(schema.$schema).toBe('http://json-schema.org/draft-04/schema#');
    expect(schema.required).toEqual(['source', 'detail-type', 'detail']);
    const later = [
      'const',
      'contains',
      'propertyNames',
      'if',
      'then',
      'else',
      'examples',
      '$defs',
      'prefixItems',
      '$id',
    ];
    for (const part of parts(schema)) {
      expect(later.filter((word) => word in part)).toEqual([]);
      if ('exclusiveMinimum' in part) expect(part.exclusiveMinimum).toBeTypeOf('boolean');
    }
  });
});
