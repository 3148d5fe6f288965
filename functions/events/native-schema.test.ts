import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { nativeDetail } from './native.ts';

/** Every schema object within a schema. */
function parts(schema: unknown): Record<string, unknown>[] {
  if (Array.isArray(schema)) return schema.flatMap(parts);
  if (typeof schema !== 'object' || schema === null) return [];
  return [schema as Record<string, unknown>, ...Object.values(schema).flatMap(parts)];
}

const schema = z.toJSONSchema(nativeDetail, { io: 'input' });

describe('the schema of the native detail', () => {
  it('requires what the design says and nothing else', () => {
    const properties = schema.properties as Record<string, { required: string[] }>;
    expect(properties.metadata?.required).toEqual(['id']);
    expect(properties.data?.required).toEqual(['subject', 'action', 'outcome']);
  });

  it('lets unknown members be', () => {
    expect(parts(schema).filter((part) => part.additionalProperties === false)).toEqual([]);
  });

  it('bounds every list and every text that is not one of a few words', () => {
    for (const part of parts(schema)) {
      if (part.type === 'array') expect(part.maxItems).toBeTypeOf('number');
      if (part.type === 'string') expect('maxLength' in part || 'enum' in part || 'const' in part).toBe(true);
    }
  });
});
