import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Decision } from '../functions/decisions/decision.ts';
import { type DetailType, EVENT_SCHEMAS, jsonSchema } from './event-schemas.ts';

/** By the JSON Schema as it is given away, not by what it was made from. */
const accepts = (detailType: DetailType, event: unknown): boolean =>
  z
    .fromJSONSchema(jsonSchema(detailType, 'draft-4') as Parameters<typeof z.fromJSONSchema>[0])
    .safeParse(event).success;

const observed = (data: object = {}, metadata: object = {}) => ({
  source: 'shop.example',
  'detail-type': 'Authentication Observed',
  detail: {
    metadata: { id: '01JD8Z0V7N', ...metadata },
    data: { subject: { id: 'u-4711' }, action: 'sign_in', outcome: 'success', ...data },
  },
});

describe('Authentication Observed', () => {
  it('takes the event with only what is required, and the whole one', () => {
    expect(accepts('Authentication Observed', observed())).toBe(true);
    const whole = observed(
      {
        subject: { id: 'u-4711', kind: 'person', roles: ['clerk'], onBehalfOf: null },
        factors: ['password', 'totp'],
        network: { ip: '203.0.113.7', roundTripMs: 48 },
        agent: { userAgent: 'Mozilla/5.0', deviceId: 'd-1' },
        application: { id: 'backoffice' },
        session: { id: 's-1' },
        resource: { id: 'payroll', sensitivity: 'high' },
        evidence: [{ type: 'liveness', score: 0.93, issuer: 'camera.example' }],
      },
      { version: '1', time: '2026-11-20T09:24:00.123Z', tenant: 'shop', correlationId: 'c-1' },
    );
    expect(accepts('Authentication Observed', whole)).toBe(true);
  });

  it.each([
    ['no subject', observed({ subject: undefined })],
    ['a subject without id', observed({ subject: { kind: 'person' } })],
    ['an unknown action', observed({ action: 'login' })],
    ['no outcome', observed({ outcome: undefined })],
    ['an unknown factor', observed({ factors: ['pin'] })],
    ['evidence above one', observed({ evidence: [{ type: 'liveness', score: 1.1 }] })],
    ['an empty id', observed({}, { id: '' })],
    ['an id of 257 characters', observed({}, { id: 'x'.repeat(257) })],
    ['another version', observed({}, { version: '2' })],
    ['a time that is none', observed({}, { time: true })],
  ])('refuses %s', (_, event) => {
    expect(accepts('Authentication Observed', event)).toBe(false);
  });
});

describe('Risk Assessed', () => {
  const decision: Decision = {
    eventId: '01JD8Z0V7N',
    subject: 'Zm9vYmFy',
    score: 0.12,
    level: 'low',
    outcome: 'allow',
    mode: 'shadow',
    base: -3.2,
    reasons: [
      { code: 'newDevice', contribution: 1.2, observed: 'unknown', usual: 'known', text: 'A new device' },
    ],
    policy: { determining: ['allow-low'] },
    baseline: { maturity: 'learning', events: 4 },
    model: { id: 'risk-1', digest: 'sha256-abc' },
    evaluators: { ran: ['newDevice'], skipped: [{ code: 'unlikelyTravel', why: 'no place' }] },
    degraded: ['model'],
    time: '2026-11-20T09:24:00.123Z',
    decidedAt: '2026-11-20T09:24:00.321Z',
  };
  const assessed = (data: object, source = 'countersign') => ({
    source,
    'detail-type': 'Risk Assessed',
    detail: { metadata: { id: 'd#shop#x', version: '1', time: decision.decidedAt, tenant: 'shop' }, data },
  });

  it('takes a decision, with or without what is optional', () => {
    expect(accepts('Risk Assessed', assessed(decision))).toBe(true);
    const { degraded: _, ...sound } = decision;
    expect(accepts('Risk Assessed', assessed({ ...sound, reasons: [] }))).toBe(true);
  });

  it.each([
    ['an outcome that does not exist', assessed({ ...decision, outcome: 'block' })],
    ['a score above one', assessed({ ...decision, score: 1.5 })],
    ['a reason without its share', assessed({ ...decision, reasons: [{ code: 'newDevice', text: 'x' }] })],
    ['no model', assessed({ ...decision, model: undefined })],
    ['another speaker', assessed(decision, 'shop.example')],
  ])('refuses %s', (_, event) => {
    expect(accepts('Risk Assessed', event)).toBe(false);
  });
});

describe('as JSON Schema', () => {
  const DRAFT_4 = new Set(
    '$schema title description type enum anyOf properties required additionalProperties items minItems maxItems minLength maxLength pattern minimum maximum format'.split(
      ' ',
    ),
  );
  type Node = { [keyword: string]: unknown; properties?: Record<string, Node>; items?: Node; anyOf?: Node[] };
  const strangers = (node: Node): string[] => [
    ...Object.keys(node).filter((keyword) => !DRAFT_4.has(keyword)),
    ...Object.values(node.properties ?? {}).flatMap(strangers),
    ...(node.items ? strangers(node.items) : []),
    ...(node.anyOf ?? []).flatMap(strangers),
  ];

  it.each(Object.keys(EVENT_SCHEMAS) as DetailType[])('%s uses only keywords that Draft 4 knows', (name) => {
    const schema = jsonSchema(name, 'draft-4');
    expect(schema.$schema).toBe('http://json-schema.org/draft-04/schema#');
    expect(strangers(schema as Node)).toEqual([]);
  });

  it.each(Object.keys(EVENT_SCHEMAS) as DetailType[])(
    '%s is in the repository as it is registered',
    async (name) => {
      const file = `schemas/${name.toLowerCase().replaceAll(' ', '-')}`;
      for (const target of ['draft-2020-12', 'draft-4'] as const)
        await expect(`${JSON.stringify(jsonSchema(name, target), undefined, 2)}\n`).toMatchFileSnapshot(
          `${file}.${target}.json`,
        );
    },
  );

  it('is written in the current draft, too', () => {
    const schema = jsonSchema('Risk Assessed', 'draft-2020-12');
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(schema.title).toBe('Risk Assessed');
  });
});
