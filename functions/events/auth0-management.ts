import type { IdentityChange } from './auth-event.ts';
import type { Member } from './member.ts';

type Rule = readonly [method: RegExp, path: RegExp, change: IdentityChange];

const ANY = /./;
const REMOVES = /^delete$/;
const WRITES = /^(post|put|patch)$/;

/** The Management API's routes (https://auth0.com/docs/api/management/v2) that change identities; first match wins. */
const ROUTES: readonly Rule[] = [
  [REMOVES, /^\/users\/[^/]+\/(multifactor|authenticators|authentication-methods)/, 'factor_reset'],
  [WRITES, /^\/users\/[^/]+\/authentication-methods/, 'factor_enrolled'],
  [WRITES, /^\/users\/[^/]+\/recovery-code-regeneration/, 'recovery_changed'],
  [REMOVES, /^\/guardian\/enrollments/, 'factor_removed'],
  [REMOVES, /^\/(users\/[^/]+\/(roles|permissions)|roles\/[^/]+\/permissions)/, 'privilege_revoked'],
  [WRITES, /^\/(users\/[^/]+\/(roles|permissions)|roles\/[^/]+\/(users|permissions))/, 'privilege_granted'],
  [WRITES, /^\/(tenants|organizations\/[^/]+)\/invitations/, 'privilege_granted'],
  [/^(put|patch|post|delete)$/, /^\/user-blocks/, 'account_unlocked'],
  [REMOVES, /^\/users\/[^/]+$/, 'account_deleted'],
  [/^post$/, /^\/users$/, 'account_created'],
  [WRITES, /^\/clients\/[^/]+\/(credentials|rotate-secret)|^\/keys\/|^\/clients$/, 'key_created'],
  [REMOVES, /^\/clients\/[^/]+|^\/keys\/|^\/device-credentials/, 'key_deleted'],
  [WRITES, /^\/client-grants|^\/grants/, 'consent_granted'],
  [/^(put|patch|post|delete)$/, /^\/connections/, 'federation_changed'],
  [
    /^(put|patch|post|delete)$/,
    /^\/(attack-protection|guardian|risk-assessment|anomaly|actions|rules|hooks|roles|tenants\/settings|prompts|resource-servers|log-streams|emails)/,
    'policy_changed',
  ],
];

/** Where the route says nothing, the description that Auth0 writes may. */
const DESCRIPTIONS: readonly (readonly [RegExp, IdentityChange])[] = [
  [/invitation/, 'privilege_granted'],
  [/assign.{0,20}role|roles? to (a )?user/, 'privilege_granted'],
  [
    /multi-?factor|attack|breached|brute|throttling|risk assessment|bot detection|captcha|trigger binding|create a role/,
    'policy_changed',
  ],
  [/enrollment complete/, 'factor_enrolled'],
];

/**
 * What a call of the Management API (log types `sapi`, `fapi`) changed; `undefined` when nothing that we tell
 * apart, reads included.
 *
 * @param log the log at `detail.data`.
 *
 * @example
 * ```ts
 * // PATCH /api/v2/attack-protection/brute-force-protection
 * managementChange(log); // 'policy_changed'
 * ```
 */
export function managementChange(log: Member): IdentityChange | undefined {
  const request = log.get('details').objectOrAbsent().get('request').objectOrAbsent();
  const method = request.get('method').word() ?? '';
  const path = (request.get('path').word() ?? '').replace(/^(\/api)?\/v2/, '');
  if (method === 'get') return undefined;
  // An invitation that is answered with no grants nothing.
  if (request.get('body').objectOrAbsent().get('state').value === 'declined') return undefined;
  const route = ROUTES.find(([verb, pattern]) => (verb === ANY || verb.test(method)) && pattern.test(path));
  if (route !== undefined) return route[2];
  const description = log.get('description').word() ?? '';
  return DESCRIPTIONS.find(([pattern]) => pattern.test(description))?.[1];
}
