import { DecisionError } from './decision-error.ts';
import type { PolicyDecisionPoint, PolicyQuestion } from './policy.ts';

/** The calmest sign-in there is: somebody well known, with two factors, at nearly no risk. */
const calm = (tenant: string, roles: readonly string[]): PolicyQuestion => ({
  principal: { kind: 'person', id: 'anybody', roles },
  application: { id: 'any', tenant },
  context: {
    score: 0.0001,
    level: 'low',
    maturity: 'established',
    attempt: 'sign_in',
    result: 'success',
    factors: ['password', 'totp'],
    detections: [],
    sensitivity: 'unknown',
    session: false,
    evidence: [],
    signals: {},
  },
});

/** As many reviewers as a policy may ask for. */
const REVIEWERS = 5;

const refused = (problem: string): DecisionError =>
  new DecisionError('policy-invalid', problem, {
    status: 422,
    fields: [{ field: 'policies', problem }],
  });

/**
 * Refuses a policy set that is valid and would still shut the door: for everybody, for those who operate, or for
 * reviewers who have to resolve what it sends to people.
 *
 * @throws DecisionError `policy-invalid` (422), `policy-unavailable` when it cannot even be asked.
 */
export const checkPolicies = (pdp: PolicyDecisionPoint, tenant: string): void => {
  const getsIn = (roles: readonly string[]) =>
    ['allow', 'step_up'].includes(pdp.decide(calm(tenant, roles)).outcome);
  if (!getsIn([])) throw refused('It denies everybody: a well-known person at no risk does not get in');
  for (const role of ['operator', 'administrator'])
    if (!getsIn([role])) throw refused(`It locks out whoever has the role ${role}`);
  for (const answer of ['allow', 'deny'] as const)
    if (!pdp.mayResolve(calm(tenant, []), { reviewer: 'anybody', answer, approvals: REVIEWERS }))
      throw refused(`It lets no reviewers ${answer} what it sends to people, however many they are`);
};
