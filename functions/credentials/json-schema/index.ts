export { evaluateSchema, MAX_SCHEMA_BYTES, type SchemaOutcome } from './evaluate-schema.ts';
