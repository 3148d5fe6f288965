import type { Operations } from './operation.ts';

const OPERATORS = { scopes: ['operate'], query: ['tenant'], tag: 'Policies' } as const;
const CALLER_PROBLEMS = { 400: ['tenant-invalid'], 403: ['tenant-mismatch'] } as const;
const BODY_PROBLEMS = {
  400: ['body-not-json', 'tenant-invalid'],
  403: ['tenant-mismatch'],
  413: ['body-too-large'],
  415: ['media-type-unsupported'],
} as const;

const STATE = {
  active: 2,
  latest: 3,
  activations: [{ version: 2, by: 'ada', time: '2026-11-20T09:24:00.123Z' }],
};

/** Policies without a deployment: put on record, tried, activated, taken back. */
export const POLICY_OPERATIONS: Operations = {
  'GET /v1/policies': {
    ...OPERATORS,
    id: 'policies',
    summary: 'Read which policies are active, the own ones of the deployment, and the schema',
    answers: { 200: { description: 'What is active', schema: 'Policies' } },
    problems: CALLER_PROBLEMS,
  },
  'POST /v1/policies': {
    ...OPERATORS,
    id: 'addPolicies',
    summary: 'Put a valid policy set on record',
    description:
      'It decides nothing until it is activated. Refused is what does not validate against the schema, can never ' +
      'apply, denies everybody, or locks out operators or reviewers.',
    body: {
      description: 'The set',
      schema: 'NewPolicies',
      example: {
        policies:
          '@id("strict") forbid (principal, action == Countersign::Action::"allow", resource) when { context.score > 5000 };',
        over: 'default',
      },
    },
    answers: { 201: { description: 'The version', schema: 'PolicyVersion' } },
    problems: { ...BODY_PROBLEMS, 422: ['policy-invalid'] },
  },
  'GET /v1/policies/{version}': {
    ...OPERATORS,
    id: 'policyVersion',
    summary: 'Read a version',
    path: { version: 'Its number' },
    answers: { 200: { description: 'The version', schema: 'PolicyVersion' } },
    problems: { ...CALLER_PROBLEMS, 404: ['policy-unknown'] },
  },
  'POST /v1/policies/dry-run': {
    ...OPERATORS,
    id: 'tryPolicies',
    summary: 'Ask a policy set about the latest decisions: what would change?',
    body: {
      description: 'A version on record (0 is the deployment’s own set), or a set that is not',
      schema: 'TriedPolicies',
      example: { version: 2, last: 200 },
    },
    answers: {
      200: {
        description: 'What would change',
        schema: 'PolicyDryRun',
        example: {
          decisions: 200,
          changed: 3,
          changes: [{ from: 'allow', to: 'step_up', count: 3 }],
          examples: [],
        },
      },
    },
    problems: { ...BODY_PROBLEMS, 404: ['policy-unknown'], 422: ['policy-invalid'] },
  },
  'POST /v1/policies/{version}/activate': {
    ...OPERATORS,
    id: 'activatePolicies',
    summary: 'Let a version decide, within half a minute everywhere',
    path: { version: 'Its number; 0 is the deployment’s own set' },
    answers: { 200: { description: 'What is active now', schema: 'PolicyState', example: STATE } },
    problems: { ...CALLER_PROBLEMS, 404: ['policy-unknown'], 422: ['policy-invalid'] },
  },
  'POST /v1/policies/rollback': {
    ...OPERATORS,
    id: 'rollBackPolicies',
    summary: 'Go back to what was active before',
    answers: { 200: { description: 'What is active now', schema: 'PolicyState', example: STATE } },
    problems: { ...CALLER_PROBLEMS, 422: ['policy-invalid'] },
  },
};
