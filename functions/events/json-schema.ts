import * as z from 'zod';
import { nativeDetail } from './native.ts';
import { NATIVE } from './providers.ts';

/** A JSON Schema document, as plain JSON. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * JSON Schema (draft 2020-12) of the native event's `detail`, made from the schema that events are checked with.
 * It states shape and lengths; that a time lies within bounds and an address is one, the parser checks.
 *
 * @example
 * ```ts
 * authenticationObservedSchema().type; // 'object'
 * ```
 */
export function authenticationObservedSchema(): JsonSchema {
  return {
    title: NATIVE,
    description: 'One attempt to authenticate, as an application saw it',
    ...(z.toJSONSchema(nativeDetail, { io: 'input', target: 'draft-2020-12' }) as JsonSchema),
  };
}

/**
 * The whole native event as EventBridge carries it, in Draft 4, the version that the EventBridge schema registry
 * takes (schema type `JSONSchemaDraft4`).
 *
 * @example
 * ```ts
 * JSON.stringify(authenticationObservedDraft4()); // Content of an AWS::EventSchemas::Schema
 * ```
 */
export function authenticationObservedDraft4(): JsonSchema {
  const { $schema, ...detail } = z.toJSONSchema(nativeDetail, {
    io: 'input',
    target: 'draft-4',
  }) as JsonSchema;
  return {
    $schema,
    title: 'AuthenticationObserved',
    type: 'object',
    required: ['source', 'detail-type', 'detail'],
    properties: {
      source: { type: 'string', minLength: 1, maxLength: 256 },
      'detail-type': { type: 'string', enum: [NATIVE] },
      detail,
    },
  };
}
