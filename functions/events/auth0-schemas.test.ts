import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuthEvent } from './auth-event.ts';
import { parseEvent } from './parse.ts';

/** The parts of JSON Schema that Auth0's log schemas use. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly format?: string;
  readonly pattern?: string;
}

/** Valid instances of a schema: required members always, the others at times. */
function instances(schema: Schema, name = ''): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((one) => instances(one, name)));
  if (schema.allOf !== undefined)
    return fc.tuple(...schema.allOf.map((one) => instances(one, name))).map(([first]) => first);
  const types = Array.isArray(schema.type) ? (schema.type as readonly string[]) : [schema.type];
  return fc.oneof(...types.map((type) => ofType(schema, type as string | undefined, name)));
}

function ofType(schema: Schema, type: string | undefined, name: string): fc.Arbitrary<unknown> {
  switch (type) {
    case 'string':
      return text(schema, name);
    case 'number':
    case 'integer':
      return fc.integer({ min: 0, max: 2_000_000_000 });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(instances(schema.items ?? { type: 'string' }), { maxLength: 4 });
    default:
      return schema.properties === undefined ? fc.jsonValue({ maxDepth: 2 }).filter(isPlain) : object(schema);
  }
}

/** Names that no event may have are refused by their own tests. */
function isPlain(value: unknown): boolean {
  return !/__proto__|constructor|prototype/.test(JSON.stringify(value));
}

function object(schema: Schema): fc.Arbitrary<unknown> {
  const members = Object.entries(schema.properties ?? {}).map(
    ([name, one]) => [name, instances(one, name)] as const,
  );
  return fc.record(Object.fromEntries(members), { requiredKeys: [...(schema.required ?? [])] });
}

function text(schema: Schema, name: string): fc.Arbitrary<string> {
  if (schema.format === 'ipv4') return fc.ipV4();
  if (schema.format === 'ipv6') return fc.ipV6();
  if (name === 'date')
    return fc
      .date({ min: new Date('2001-01-01'), max: new Date('2026-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString());
  if (name === 'log_id') return fc.stringMatching(/^[0-9]{20,60}$/);
  if (schema.pattern !== undefined) return fc.stringMatching(new RegExp(schema.pattern));
  return fc.string({ maxLength: 60 });
}

function load(type: string): Schema {
  const path = join(import.meta.dirname, 'fixtures/auth0-log-schemas', `${type}.schema.json`);
  return JSON.parse(readFileSync(path, 'utf8')) as Schema;
}

const EXPECTED: Readonly<Record<string, Partial<AuthEvent>>> = {
  s: { outcome: 'success' },
  f: { outcome: 'failure' },
  fp: { outcome: 'failure', failureReason: 'bad_credentials' },
  fu: { outcome: 'failure', failureReason: 'unknown_subject' },
  pwd_leak: { outcome: 'failure', failureReason: 'leaked_credential' },
  limit_wc: { outcome: 'failure', failureReason: 'blocked' },
};

describe('valid logs of Auth0’s own schemas', () => {
  it.each(Object.keys(EXPECTED))('of type %s become attempts to sign in', (type) => {
    const schema = load(type);
    fc.assert(
      fc.property(instances(schema), fc.string({ minLength: 1, maxLength: 40 }), (log, user) => {
        // The schema does not require a user; a success always has one.
        const named = type === 's' ? { ...(log as object), user_id: `auth0|${user}` } : log;
        const event = parseEvent(
          {
            source: 'aws.partner/auth0.com/shop/auth0.logs',
            'detail-type': 'Auth0 log',
            detail: { log_id: '1', data: named },
            id: 'bus-1',
            time: '2026-11-20T09:00:00Z',
          },
          { now: Date.parse('2026-11-20T09:25:00Z'), tenant: 'shop' },
        );
        expect(event).toMatchObject({ type: 'authentication', action: 'sign_in', ...EXPECTED[type] });
        const { ip } = log as { ip?: string };
        expect((event as AuthEvent).network === undefined).toBe(ip === undefined);
      }),
      { numRuns: 100 },
    );
  });
});
