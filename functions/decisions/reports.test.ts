import { describe, expect, test } from 'vitest';
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
