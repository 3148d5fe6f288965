import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Decision } from './decision.ts';
import type { LoggedDecision } from './log.ts';
import { ocsfOf } from './ocsf.ts';
import { reportPlot, reportText, shadowReport } from './shadow-report.ts';

const decision = (subject: string, outcome: Decision['outcome'], more: Partial<Decision> = {}): Decision => ({
  eventId: 'e',
  subject,
  score: 0.42,
  level: outcome === 'allow' ? 'low' : 'high',
  outcome,
  mode: 'shadow',
  base: -1,
  reasons: [
    { code: 'trusted', contribution: -3, text: 'Usual' },
    { code: 'newCountry', contribution: 2, text: 'A country not seen before' },
  ],
  policy: { determining: [] },
  baseline: { maturity: 'none', events: 0 },
  model: { id: 'm', digest: 'd' },
  evaluators: { ran: [], skipped: [] },
  time: '2026-11-19T10:00:00.000Z',
  decidedAt: '2026-11-19T10:00:01.000Z',
  ...more,
});

describe('the shadow report', () => {
  const report = shadowReport([
    decision('a', 'allow'),
    decision('a', 'step_up', { time: '2026-11-20T10:00:00.000Z' }),
    decision('a', 'deny', { reasons: [] }),
    decision('b', 'allow'),
    decision('c', 'allow', {
      resolution: { from: 'review', by: 'review', reference: 'r', time: '2026-11-21T10:00:00.000Z' },
    }),
  ]);

  test('counts what policy decided, who would have been stopped, and why', () => {
    expect(report).toEqual({
      from: '2026-11-19T10:00:00.000Z',
      to: '2026-11-20T10:00:00.000Z',
      decisions: 5,
      subjects: 3,
      outcomes: { allow: 2, step_up: 1, review: 1, deny: 1 },
      stopped: {
        subjects: 2,
        most: [
          { subject: 'a', times: 2 },
          { subject: 'c', times: 1 },
        ],
      },
      reasons: [
        { code: 'newCountry', times: 2 },
        { code: 'policy alone', times: 1 },
      ],
      days: [
        { day: '2026-11-19', outcomes: { allow: 2, step_up: 0, review: 1, deny: 1 } },
        { day: '2026-11-20', outcomes: { allow: 0, step_up: 1, review: 0, deny: 0 } },
      ],
    });
  });

  test('is words, numbers and a plot whose bars are as tall as the counts', () => {
    expect(reportText(report)).toMatch(/\| deny \| 1 \| 20\.0 % \|/);
    const heights = [...reportPlot(report).matchAll(/width="24" height="([\d.]+)"/g)].map((match) =>
      Number(match[1]),
    );
    expect(heights).toEqual([100, 0, 50, 50, 0, 50, 0, 0]);
  });

  test('of nothing says so', () => {
    expect(reportText(shadowReport([]))).toMatch(/Nothing was decided/);
    expect(reportPlot(shadowReport([]))).toMatch(/^<svg/);
  });
});

describe('OCSF', () => {
  const logged = (outcome: Decision['outcome'], failed = false): LoggedDecision => ({
    key: 'd#shop#x',
    tenant: 'shop',
    decision: decision('p', outcome, { mode: 'enforce' }),
    basis: {
      features: '',
      policy: 'p',
      question: {
        kind: 'person',
        roles: [],
        application: 'backoffice',
        attempt: 'sign_in',
        result: failed ? 'failure' : 'success',
        factors: ['password', 'totp'],
        detections: [],
        sensitivity: 'unknown',
      },
    },
    observation: { eventKey: 'k', time: 0, teaches: false, failed, factorFailed: false, keys: {} },
  });

  test('has an Authentication for each decision, and a Detection Finding where something was found', () => {
    expect(ocsfOf(logged('allow')).map(({ class_uid, type_uid }) => [class_uid, type_uid])).toEqual([
      [3002, 300201],
    ]);
    const [authentication, finding] = ocsfOf(logged('deny', true));
    expect(authentication).toMatchObject({
      category_uid: 3,
      status_id: 2,
      is_mfa: true,
      user: { uid: 'p' },
      service: { name: 'backoffice' },
      time: Date.parse('2026-11-19T10:00:00.000Z'),
    });
    expect(finding).toMatchObject({
      class_uid: 2004,
      type_uid: 200401,
      category_uid: 2,
      risk_score: 42,
      risk_level_id: 3,
      action_id: 2,
      finding_info: { title: 'A country not seen before', types: ['newCountry'] },
    });
  });

  /*
   * What the schema asks of the attributes used here (OCSF 1.3.0: base event, IAM, Finding, and the objects named);
   * enumerations by their numbers.
   */
  const some = (...values: number[]) => z.literal(values);
  const product = z.strictObject({ name: z.string(), vendor_name: z.string() });
  const metadata = z.strictObject({
    version: z.literal('1.3.0'),
    product,
    uid: z.string(),
    tenant_uid: z.string(),
    profiles: z.array(z.enum(['security_control'])).exactOptional(),
  });
  const user = z.strictObject({ uid: z.string(), type_id: some(0, 1, 2, 3, 99), type: z.string() });
  const unmapped = z.record(z.string(), z.unknown());
  const base = { time: z.int(), severity_id: some(0, 1, 2, 3, 4, 5, 6, 99), metadata, unmapped };
  const classes = {
    3002: z
      .strictObject({
        ...base,
        category_uid: z.literal(3),
        class_uid: z.literal(3002),
        activity_id: some(0, 1, 2, 3, 4, 5, 6, 99),
        type_uid: z.int(),
        status_id: some(0, 1, 2, 99),
        user,
        // At least one of service and dst_endpoint.
        service: z.strictObject({ name: z.string().min(1) }),
        is_mfa: z.boolean(),
        is_remote: z.boolean(),
        auth_factors: z
          .array(
            z.strictObject({
              factor_type_id: some(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 99),
              factor_type: z.string(),
            }),
          )
          .exactOptional(),
      })
      .refine(({ type_uid, activity_id }) => type_uid === 300_200 + activity_id),
    2004: z
      .strictObject({
        ...base,
        category_uid: z.literal(2),
        class_uid: z.literal(2004),
        activity_id: some(0, 1, 2, 3, 99),
        type_uid: z.int(),
        status_id: some(0, 1, 2, 3, 4, 5, 6, 99),
        finding_info: z.strictObject({
          uid: z.string(),
          title: z.string(),
          created_time: z.int(),
          types: z.array(z.string()),
          analytic: z.strictObject({ name: z.string(), uid: z.string(), type_id: some(0, 1, 2, 3, 4, 99) }),
        }),
        risk_score: z.int(),
        risk_level_id: some(0, 1, 2, 3, 4, 99),
        // Of the profile security_control, which metadata has to name.
        action_id: some(0, 1, 2, 99),
        disposition_id: z.int().min(0).max(27),
        metadata: metadata.refine(({ profiles }) => profiles?.includes('security_control')),
        resources: z.array(z.strictObject({ uid: z.string(), type: z.string() })),
        evidences: z.array(
          z.strictObject({ actor: z.strictObject({ user }), data: z.record(z.string(), z.unknown()) }),
        ),
      })
      .refine(({ type_uid, activity_id }) => type_uid === 200_400 + activity_id),
  } as const;

  test('holds what the schema requires, in its types and enumerations, and nothing that it does not know', () => {
    const kinds = ['person', 'service', 'agent', 'device'] as const;
    const attempts = ['sign_in', 'sign_out', 'token', 'resource_access'];
    let events = 0;
    for (const outcome of ['allow', 'step_up', 'review', 'deny'] as const)
      for (const [index, kind] of kinds.entries())
        for (const failed of [false, true]) {
          const one = logged(outcome, failed);
          const factors = ['password', 'totp', 'passkey', 'federated', 'sms'].slice(index);
          const question = { ...one.basis!.question, kind, attempt: attempts[index]!, factors };
          const { basis: _, ...without } = one;
          for (const entry of [{ ...one, basis: { ...one.basis!, question } }, without])
            for (const event of ocsfOf(entry)) {
              // As a SIEM reads it.
              const read = JSON.parse(JSON.stringify(event));
              const { error } = classes[event.class_uid as keyof typeof classes].safeParse(read);
              expect(error && z.prettifyError(error)).toBeUndefined();
              events++;
            }
        }
    expect(events).toBe(4 * 4 * 2 * 2 + 3 * 4 * 2 * 2);
  });

  test('says that nothing was stopped in shadow mode', () => {
    const shadow = logged('deny');
    const [, finding] = ocsfOf({ ...shadow, decision: { ...shadow.decision, mode: 'shadow' } });
    expect(finding).toMatchObject({
      action_id: 1,
      disposition_id: 1,
      unmapped: { outcome: 'deny', mode: 'shadow' },
    });
  });
});
