import type { Decision } from '../../functions/decisions/decision.ts';
import type { Operations } from './operation.ts';

const decided: Decision = {
  eventId: '01JD8Z0V7N',
  subject: 'Zm9vYmFyYmF6cXV4',
  score: 0.03917,
  level: 'low',
  outcome: 'allow',
  mode: 'shadow',
  base: -3.8,
  reasons: [
    {
      code: 'newDevice',
      contribution: 1.1,
      observed: 'a device not seen before',
      usual: '2 known devices',
      text: 'You signed in with a device that is new to us',
    },
    { code: 'factorStrength', contribution: -0.5, text: 'You signed in with a strong second factor' },
  ],
  policy: { determining: ['allow-low'] },
  baseline: { maturity: 'established', events: 214 },
  model: { id: 'risk', digest: 'sha256-…' },
  evaluators: {
    ran: ['newDevice', 'factorStrength'],
    skipped: [{ code: 'unlikelyTravel', why: 'no place' }],
  },
  time: '2026-11-20T09:24:00.123Z',
  decidedAt: '2026-11-20T09:24:00.321Z',
};

/** The same, had it been risky, once the wallet has answered. */
const answered: Decision = {
  ...decided,
  score: 0.62,
  level: 'high',
  resolution: {
    from: 'step_up',
    by: 'presentation',
    reference: 'kq3v0x1c9m2f7a8b6d5e4t3r2w1q0z9y',
    time: '2026-11-20T09:24:31.000Z',
  },
  stepUp: {
    anyOf: [
      {
        evidence: 'credential',
        strength: 3,
        query: 'same-wallet',
        purpose: 'To see that it is you, by the wallet that you enrolled',
      },
      { evidence: 'second_factor', strength: 2 },
    ],
    acr_values: 'urn:countersign:acr:second_factor',
    max_age: 0,
  },
  presentationRequest: {
    id: 'Jp0…',
    query: 'same-wallet',
    wallet: true,
    authorization_request: 'openid4vp://?client_id=…&request_uri=…',
    request_uri: 'https://api.example/v1/presentation-requests/kq3v…/request.jwt',
    page_uri: 'https://api.example/v1/presentation-requests/kq3v…/page',
    expires_at: '2026-11-20T09:34:00.321Z',
  },
  evidence: {
    request: 'kq3v0x1c9m2f7a8b6d5e4t3r2w1q0z9y',
    time: '2026-11-20T09:24:31.000Z',
    proved: ['same-wallet'],
    reasons: [
      {
        code: 'walletProof',
        contribution: -7,
        observed: 'a proof by an enrolled wallet',
        usual: 'a wallet that is enrolled for the account',
        text: 'You showed that it is you, with your wallet',
      },
    ],
    score: 0.00149,
    level: 'low',
    outcome: 'allow',
    policy: { determining: ['allow-low-risk'], digest: 'sha256-…' },
  },
};

/** Deciding an event, and reading what was decided. */
export const DECISION_OPERATIONS: Operations = {
  'POST /v1/evaluate': {
    id: 'evaluate',
    tag: 'Decisions',
    summary: 'Decide one event now',
    description:
      'The same function that scores events from the bus, for a login form that waits. An event has one decision: ' +
      'the same event again gets the first one, another event under its id is a conflict.',
    scopes: ['evaluate'],
    body: {
      description: 'What would be put on the bus',
      schema: 'Event',
      example: {
        source: 'shop.example',
        'detail-type': 'Authentication Observed',
        detail: {
          metadata: { id: '01JD8Z0V7N', version: '1', time: '2026-11-20T09:24:00.123Z' },
          data: {
            subject: { id: 'u-4711', kind: 'person', roles: ['clerk'] },
            action: 'sign_in',
            outcome: 'success',
            factors: ['password', 'totp'],
            network: { ip: '203.0.113.7', roundTripMs: 48 },
            agent: { userAgent: 'Mozilla/5.0 …', deviceId: 'd-1' },
            application: { id: 'backoffice' },
          },
        },
      },
    },
    answers: {
      200: {
        description:
          'The decision. `degraded` names parts that failed, so that the configured fallback decided: ask again later.',
        schema: 'Decision',
        example: decided,
      },
    },
    problems: {
      400: ['event-malformed', 'body-not-json', 'tenant-invalid'],
      403: ['tenant-mismatch'],
      409: ['event-conflict'],
      413: ['body-too-large', 'event-too-large'],
      415: ['media-type-unsupported'],
      422: ['event-invalid', 'event-unknown-provider', 'event-time-absurd', 'not-an-authentication'],
    },
  },
  'GET /v1/decisions/{eventId}': {
    id: 'decision',
    tag: 'Decisions',
    summary: 'Read the decision on an event',
    scopes: ['evaluate', 'operate'],
    path: { eventId: '`metadata.id` of the event' },
    query: ['tenant'],
    description:
      'With what a wallet answered (`evidence`) and what that, a review or a dispute made of it (`resolution`). ' +
      '`score` and `reasons` stay as they were decided.',
    answers: {
      200: { description: 'The decision, as it stands now', schema: 'Decision', example: answered },
    },
    problems: { 400: ['tenant-invalid'], 403: ['tenant-mismatch'], 404: ['decision-unknown'] },
  },
  'GET /v1/decisions/{eventId}/record': {
    id: 'decisionRecord',
    tag: 'Decisions',
    summary: 'Read a decision with what it was made from, to make it again',
    scopes: ['operate'],
    path: { eventId: '`metadata.id` of the event' },
    query: ['tenant'],
    answers: { 200: { description: 'The record', schema: 'DecisionRecord' } },
    problems: { 400: ['tenant-invalid'], 403: ['tenant-mismatch'], 404: ['decision-unknown'] },
  },
  'GET /v1/log': {
    id: 'log',
    tag: 'Decisions',
    summary: 'Read the log of all that was told, newest first',
    scopes: ['operate'],
    query: ['after', 'tenant'],
    answers: { 200: { description: 'A page of it', schema: 'LogPage', example: { entries: [] } } },
    problems: { 400: ['page-invalid', 'tenant-invalid'], 403: ['tenant-mismatch'] },
  },
  'GET /v1/log/integrity': {
    id: 'logIntegrity',
    tag: 'Decisions',
    summary: 'Check that nothing of the latest part of the log was changed',
    scopes: ['operate'],
    query: ['tenant'],
    answers: {
      200: {
        description: 'What was found',
        schema: 'LogIntegrity',
        example: {
          whole: true,
          segments: 12,
          broken: [],
          key: { kty: 'EC', crv: 'P-256', x: '…', y: '…', kid: '…', alg: 'ES256', use: 'sig' },
        },
      },
    },
    problems: { 400: ['tenant-invalid'], 403: ['tenant-mismatch'] },
  },
};
