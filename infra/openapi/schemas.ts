import * as z from 'zod';
import { DECISION_SCHEMAS } from './decisions.schemas.ts';
import { ENROLMENT_SCHEMAS } from './enrolment.schemas.ts';
import { ERROR_SCHEMAS } from './errors.schemas.ts';
import { POLICY_SCHEMAS } from './policies.schemas.ts';
import { PRESENTATION_SCHEMAS } from './presentations.schemas.ts';
import { REVIEW_SCHEMAS } from './reviews.schemas.ts';
import { SESSION_SCHEMAS } from './sessions.schemas.ts';
import { VC_API_SCHEMAS } from './vc-api.schemas.ts';

/** Every schema that the document names. Bodies are described by what the functions themselves read with. */
export const SCHEMAS = {
  ...DECISION_SCHEMAS,
  ...PRESENTATION_SCHEMAS,
  ...ENROLMENT_SCHEMAS,
  ...VC_API_SCHEMAS,
  ...REVIEW_SCHEMAS,
  ...POLICY_SCHEMAS,
  ...SESSION_SCHEMAS,
  ...ERROR_SCHEMAS,
  OpenApi: z.looseObject({ openapi: z.string() }).describe('https://spec.openapis.org/oas/v3.1.0'),
} as const satisfies Record<string, z.ZodType>;

/** The name of a schema of the document. */
export type SchemaName = keyof typeof SCHEMAS;

/** Where the document keeps a schema. */
export const schemaRef = (name: string): string => `#/components/schemas/${name}`;

/**
 * The schemas as JSON Schema 2020-12, which is what OpenAPI 3.1 speaks; where one contains another it refers to it.
 *
 * @example
 * ```ts
 * jsonSchemas().Problem.required; // ['type', 'title', 'status']
 * ```
 */
export const jsonSchemas = (): Record<string, Record<string, unknown>> => {
  const registry = z.registry<{ id: string }>();
  for (const [name, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id: name });
  const { schemas } = z.toJSONSchema(registry, { io: 'input', unrepresentable: 'any', uri: schemaRef });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: __, id: ___, ...schema }]) => [
      name,
      { ...schema },
    ]),
  );
};
