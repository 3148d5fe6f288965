import { describe, expect, it } from 'vitest';
import type { Decision } from '../functions/decisions/decision.ts';
import { stepUpRequired } from '../functions/decisions/publish.ts';
import { decisionSchema } from './event-schemas.ts';
import { STEP_UP_SCHEMAS } from './step-up-schemas.ts';

const decision: Decision = {
  eventId: 'e-1',
  subject: 'Zm9vYmFy',
  score: 0.6,
  level: 'high',
  outcome: 'step_up',
  stepUp: {
    anyOf: [
      { evidence: 'credential', strength: 3, query: 'same-wallet', purpose: 'To see that it is you' },
      { evidence: 'second_factor', strength: 2 },
    ],
    acr_values: 'urn:countersign:acr:second_factor',
    max_age: 0,
  },
  presentationRequest: {
    id: 'a',
    query: 'same-wallet',
    wallet: true,
    authorization_request: 'openid4vp://?client_id=x',
    request_uri: 'https://api.example/v1/presentation-requests/w/request.jwt',
    page_uri: 'https://api.example/v1/presentation-requests/w/page',
    expires_at: '2026-11-20T09:34:00.321Z',
  },
  evidence: {
    request: 'w',
    time: '2026-11-20T09:25:00.000Z',
    proved: ['same-wallet'],
    reasons: [{ code: 'walletProof', contribution: -7, text: 'You showed that it is you' }],
    score: 0.001,
    level: 'low',
    outcome: 'allow',
    policy: { determining: ['allow-low-risk'], digest: 'x' },
  },
  mode: 'enforce',
  base: -3.2,
  reasons: [],
  policy: { determining: ['step-up-people'] },
  baseline: { maturity: 'learning', events: 4 },
  model: { id: 'risk-1', digest: 'x' },
  evaluators: { ran: [], skipped: [] },
  time: '2026-11-20T09:24:00.123Z',
  decidedAt: '2026-11-20T09:24:00.321Z',
};
const { evidence: _, ...waiting } = decision;

const event = (type: string, detail: unknown) => ({ source: 'countersign', 'detail-type': type, detail });

describe('what a decision says of a step-up', () => {
  it('is as the schema of decisions says', () => {
    expect(decisionSchema.parse(decision)).toEqual(decision);
  });

  it.each([
    [
      'evidence that nobody knows',
      { stepUp: { ...decision.stepUp, anyOf: [{ evidence: 'pin', strength: 1 }] } },
    ],
    ['no ways', { stepUp: { acr_values: '', max_age: 0 } }],
    [
      'a request without a link',
      { presentationRequest: { ...decision.presentationRequest, authorization_request: undefined } },
    ],
  ])('is none with %s', (__, odd) => {
    expect(decisionSchema.safeParse({ ...decision, ...odd }).success).toBe(false);
  });
});

describe('what the bus is told', () => {
  const schema = STEP_UP_SCHEMAS['Step-Up Required'];
  const detail = stepUpRequired({
    key: 'd#shop#x',
    tenant: 'shop',
    digest: 'x',
    decision: waiting,
    delta: {} as never,
    session: { id: 's' } as never,
  });

  it('of a decision that asks for a step-up is as its schema says, which that of a session fits as well', () => {
    expect(schema.parse(event('Step-Up Required', detail)).detail.data).toEqual(detail.data);
    expect(detail.metadata.id).toBe('step-up#d#shop#x');
  });

  it.each([
    ['without the event', { eventId: undefined }],
    ['without a mode', { mode: undefined }],
    ['with a score above one', { score: 1.1 }],
  ])('is none %s', (__, odd) => {
    const wrong = { ...detail, data: { ...detail.data, ...odd } };
    expect(schema.safeParse(event('Step-Up Required', wrong)).success).toBe(false);
  });
});
