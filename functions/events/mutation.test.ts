import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuthEvent, IdentityEvent } from './auth-event.ts';
import { EventError } from './event-error.ts';
import { fixtureEnvelopes } from './fixtures/index.ts';
import { parseEvent, payloadDigest } from './parse.ts';

const context = { now: Date.parse('2026-11-20T09:25:00Z'), tenant: 'shop' };

const NATIVE = {
  provider: 'native',
  rule: 'Countersign.native',
  source: 'shop.example',
  'detail-type': 'Authentication Observed',
  detail: {
    metadata: { id: 'e-1', version: '1', time: '2026-11-20T09:24:00Z', tenant: 'shop', correlationId: 'c' },
    data: {
      subject: { id: 'u', kind: 'person', roles: ['clerk'] },
      action: 'sign_in',
      outcome: 'success',
      factors: ['password'],
      network: { ip: '203.0.113.7', roundTripMs: 3 },
      agent: { userAgent: 'x', deviceId: 'd' },
      evidence: [{ type: 'liveness', score: 1 }],
    },
  },
};

const seeds = [...fixtureEnvelopes({ all: true }), ...Array(40).fill(NATIVE)] as (typeof NATIVE)[];

/** What an attacker or a broken pipeline puts where something else belongs. */
const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    ' ',
    0,
    -1,
    Number.POSITIVE_INFINITY,
    true,
    [],
    {},
    [[]],
    [null],
    'redacted',
    'unknown',
    '\ud800',
    '\u0000',
  ),
  fc.constantFrom(
    'x'.repeat(257),
    'x'.repeat(5000),
    'x'.repeat(300_000),
    '9'.repeat(400),
    '::',
    '1.2.3',
    '/Date(1)/',
  ),
  fc.constantFrom(
    Number.MAX_SAFE_INTEGER,
    2 ** 60,
    Number.MIN_VALUE,
    '1999-01-01',
    '2999-01-01',
    '2025-02-30',
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string(),
  fc.constant(JSON.parse('{"__proto__": {"polluted": 1}}')),
  fc.constant(JSON.parse('{"constructor": {"prototype": {"polluted": 1}}}')),
  fc.constant(Array(21_000).fill(0)),
  fc.integer({ min: 1, max: 60 }).map((levels) => {
    let value: unknown = 'deep';
    for (let level = 0; level < levels; level += 1) value = { value };
    return value;
  }),
);

/** Sets, deletes, wraps or renames one member, found by walking `steps` down from the root. */
function mutate(root: unknown, steps: readonly number[], how: number, value: unknown): unknown {
  if (typeof root !== 'object' || root === null || steps.length === 0) return value;
  const copy = (Array.isArray(root) ? [...root] : { ...root }) as Record<string, unknown>;
  const names = Object.keys(copy);
  const name = names[(steps[0] ?? 0) % Math.max(1, names.length)];
  if (name === undefined) return value;
  const deeper = typeof copy[name] === 'object' && copy[name] !== null && steps.length > 1;
  if (deeper) copy[name] = mutate(copy[name], steps.slice(1), how, value);
  else if (how === 0) delete copy[name];
  else if (how === 1) copy[name] = value;
  else if (how === 2) copy[name] = [copy[name]];
  else if (how === 3) copy[name] = { value: copy[name] };
  else if (how === 4) copy[name.toUpperCase()] = value;
  else copy[name] = String(copy[name]);
  return copy;
}

/** The path of every member, items of lists included. */
function paths(value: unknown, above: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [
    [...above, name],
    ...paths(member, [...above, name]),
  ]);
}

/** A copy with the member at a path set, or left out for `undefined`. */
function replaced(root: unknown, [name, ...deeper]: readonly string[], value: unknown): unknown {
  const copy = (Array.isArray(root) ? [...root] : { ...(root as object) }) as Record<string, unknown>;
  if (name === undefined) return value;
  if (deeper.length > 0) copy[name] = replaced(copy[name], deeper, value);
  else if (value === undefined && !Array.isArray(root)) delete copy[name];
  else copy[name] = value === undefined ? null : value;
  return copy;
}

const mutation = fc.record({
  steps: fc.array(fc.nat(30), { minLength: 1, maxLength: 6 }),
  how: fc.nat(5),
  value: junk,
});

/** The shapes of the contract, checked by hand: the parser's own types must not vouch for themselves. */
function expectValid(event: AuthEvent | IdentityEvent): void {
  expect(event.id.length).toBeGreaterThan(0);
  expect(event.id.length).toBeLessThanOrEqual(256);
  expect(event.tenant).toBe('shop');
  expect(Number.isSafeInteger(event.time)).toBe(true);
  expect(event.time).toBeGreaterThanOrEqual(946_684_800_000);
  expect(event.time).toBeLessThanOrEqual(context.now + 300_000);
  expect(['success', 'failure', 'challenged']).toContain(event.outcome);
  for (const path of event.unfilled) expect(path).toMatch(/^[a-zA-Z.]+$/);
  if (event.network !== undefined) expect(event.network.ip).toMatch(/^[0-9a-f:.]{2,45}$/);
  expect(event.agent?.userAgent?.length ?? 0).toBeLessThanOrEqual(1024);
  if (event.type === 'identity') {
    expect(event.operation.length).toBeGreaterThan(0);
    for (const one of [event.actor, event.target]) expect(one === undefined || texts(one.id)).toBe(true);
    return;
  }
  expect(texts(event.subject.id)).toBe(true);
  expect(event.subject.roles.every(texts)).toBe(true);
  expect(event.subject.onBehalfOf === undefined || texts(event.subject.onBehalfOf)).toBe(true);
  for (const one of [event.application, event.session, event.resource])
    expect(one === undefined || texts(one.id)).toBe(true);
  expect(event.agent?.deviceId === undefined || texts(event.agent.deviceId)).toBe(true);
  expect(new Set(event.factors).size).toBe(event.factors.length);
  expect(event.outcome === 'failure' || event.failureReason === undefined).toBe(true);
  // What is written to a table and a bus must survive JSON.
  expect(JSON.parse(JSON.stringify(event))).toEqual(event);
}

function texts(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= 256 && value.isWellFormed();
}

function expectNamed(error: unknown): void {
  expect(error).toBeInstanceOf(EventError);
  const refused = error as EventError;
  expect(refused.fields.length).toBeGreaterThan(0);
  expect(refused.status).toBeGreaterThanOrEqual(400);
  expect(refused.status).toBeLessThan(500);
  for (const { field, problem } of refused.fields) {
    expect(field.length).toBeLessThanOrEqual(300);
    expect(problem.length).toBeLessThanOrEqual(300);
  }
  expect(refused.message.length).toBeLessThanOrEqual(700);
}

describe('mutated events', () => {
  it('are of every provider that is read', () => {
    expect([...new Set(seeds.map(({ provider }) => provider))].sort()).toEqual([
      'auth0',
      'aws',
      'cognito',
      'duo',
      'entra',
      'google-workspace',
      'keycloak',
      'native',
      'okta',
      'onelogin',
    ]);
  });

  it('are read into a valid event or refused by field, never anything else', () => {
    let accepted = 0;
    let refused = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (seed, mutations, bus) => {
          const { source, 'detail-type': type } = seed;
          const detail = mutations.reduce<unknown>(
            (value, { steps, how, value: put }) => mutate(value, steps, how, put),
            seed.detail,
          );
          const onBus = bus ? { id: 'bus-1', time: '2026-11-20T09:00:00Z' } : {};
          try {
            expectValid(parseEvent({ source, 'detail-type': type, detail, ...onBus }, context));
            accepted += 1;
          } catch (error) {
            expectNamed(error);
            refused += 1;
          }
          expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
        },
      ),
      { numRuns: 3000 },
    );
    // Both must happen often, or the mutations test nothing.
    expect(Math.min(accepted, refused)).toBeGreaterThan(400);
  });

  it('with any one member missing or of another type are read or refused by field', () => {
    let accepted = 0;
    let refused = 0;
    // Our own fixtures are the fullest; of the others three of each provider.
    const few = seeds.filter(
      ({ provider }, index) => seeds.slice(0, index).filter((one) => one.provider === provider).length < 3,
    );
    for (const seed of new Set([...few, ...seeds.filter(({ rule }) => rule?.startsWith('Countersign.'))])) {
      for (const steps of paths(seed.detail)) {
        for (const value of [
          undefined,
          null,
          7,
          2 ** 60,
          true,
          'text',
          'x'.repeat(5000),
          '\ud800',
          [],
          ['text', {}],
          [[]],
          {},
          { a: 1 },
        ]) {
          try {
            const detail = replaced(seed.detail, steps, value);
            expectValid(
              parseEvent(
                { source: seed.source, 'detail-type': seed['detail-type'], detail, id: 'bus-1' },
                context,
              ),
            );
            accepted += 1;
          } catch (error) {
            expectNamed(error);
            refused += 1;
          }
        }
      }
    }
    expect(Math.min(accepted, refused)).toBeGreaterThan(5000);
  });

  it('of any shape at all are refused by field', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          parseEvent(value, context);
          expect.unreachable();
        } catch (error) {
          expectNamed(error);
        }
      }),
    );
  });

  it('have another digest, and the same digest as themselves', () => {
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.string({ maxLength: 20 }), (seed, text) => {
        const { source, 'detail-type': type, detail } = seed;
        const one = payloadDigest({ source, 'detail-type': type, detail });
        expect(
          payloadDigest({ detail: JSON.parse(JSON.stringify(detail)), 'detail-type': type, source }),
        ).toBe(one);
        expect(payloadDigest({ source, 'detail-type': type, detail: { ...detail, extra: text } })).not.toBe(
          one,
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe('hostile input', () => {
  const okta = { source: 'aws.partner/okta.com/x/y', 'detail-type': 'SystemLog' };
  const record = { uuid: 'u', published: '2026-11-20T09:00:00Z', actor: { id: 'a', type: 'User' } };

  it('that makes regular expressions backtrack is read in linear time', () => {
    // The work is counted, not timed: 250 kB of the worst text for each pattern must be refused by length first.
    for (const unit of ['remove ', 'user ', 'a', '-', '0', '/Date(', 'not found ', '%']) {
      const long = unit.repeat(Math.floor(250_000 / unit.length));
      for (const detail of [
        { ...record, eventType: long, outcome: { result: 'SUCCESS' } },
        { ...record, eventType: 'user.session.start', outcome: { result: 'FAILURE', reason: long } },
        { ...record, eventType: 'user.session.start', outcome: { result: 'SUCCESS' }, published: long },
      ]) {
        expect(() => parseEvent({ ...okta, detail }, context)).toThrow(EventError);
      }
    }
  });

  it('with thousands of targets is bounded by members', () => {
    const target = Array(4000).fill({ type: 'Thing', id: 'x' });
    const detail = {
      ...record,
      eventType: 'user.authentication.sso',
      outcome: { result: 'SUCCESS' },
      target,
    };
    expect(parseEvent({ ...okta, detail }, context).type).toBe('authentication');
    expect(() =>
      parseEvent(
        { ...okta, detail: { ...detail, target: Array(10_000).fill({ type: 'T', id: 'x' }) } },
        context,
      ),
    ).toThrow(EventError);
  });
});
