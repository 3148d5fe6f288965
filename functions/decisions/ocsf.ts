import type { LoggedDecision } from './log.ts';

/** The version of the Open Cybersecurity Schema Framework that events are written in. */
export const OCSF_VERSION = '1.3.0';

const SEVERITY = { low: 1, medium: 3, high: 4 } as const;
const RISK_LEVEL = { low: 1, medium: 2, high: 3 } as const;
const LOGOFF = 'sign_out';

/** The profile to which the members belong that say what was done. */
const PROFILES = ['security_control'];

/** `factor_type_id` of an authentication factor; what has none there is 99, Other. */
const FACTOR_TYPE: Readonly<Record<string, number>> = {
  sms: 1,
  phone_call: 3,
  biometric: 4,
  push: 5,
  otp: 7,
  totp: 7,
  email: 8,
  security_key: 9,
  passkey: 10,
  password: 11,
};

/** `type_id` of a user. */
const USER_TYPE: Readonly<Record<string, { type_id: number; type: string }>> = {
  person: { type_id: 1, type: 'User' },
  service: { type_id: 3, type: 'System' },
  agent: { type_id: 99, type: 'Agent' },
  device: { type_id: 99, type: 'Device' },
};

/** An event of OCSF. */
export type OcsfEvent = Readonly<Record<string, unknown>>;

/**
 * A decision as OCSF events, for any SIEM: the Authentication (class 3002) that it was about, and, where the risk is
 * not low or the outcome is not `allow`, a Detection Finding (class 2004) with what was found.
 *
 * Required attributes and enumerations are those of the schema; a test holds every event to them. Identifiers are the keyed pseudonyms of the log. What OCSF has no member for is under `unmapped`.
 *
 * @see https://schema.ocsf.io/1.3.0/classes/authentication
 * @see https://schema.ocsf.io/1.3.0/classes/detection_finding
 * @example
 * ```ts
 * ocsfOf(entry.payload as LoggedDecision).map((event) => JSON.stringify(event)).join('\n');
 * ```
 */
export const ocsfOf = ({ key, tenant, decision, basis, observation }: LoggedDecision): OcsfEvent[] => {
  const time = Date.parse(decision.time);
  const asked = basis?.question;
  const activity = asked?.attempt === LOGOFF ? 2 : 1;
  const product = { name: 'Countersign', vendor_name: 'Countersign' };
  const stopped = decision.mode === 'enforce' && decision.outcome !== 'allow';
  const user = {
    uid: decision.subject,
    ...(USER_TYPE[asked?.kind ?? ''] ?? { type_id: 0, type: 'Unknown' }),
  };
  const unmapped = { score: decision.score, outcome: decision.outcome, mode: decision.mode };
  const authentication: OcsfEvent = {
    category_uid: 3,
    class_uid: 3002,
    activity_id: activity,
    type_uid: 3002 * 100 + activity,
    time,
    severity_id: SEVERITY[decision.level],
    status_id: observation.failed ? 2 : 1,
    is_remote: true,
    metadata: { version: OCSF_VERSION, uid: key, tenant_uid: tenant, product },
    user,
    service: { name: asked?.application ?? 'unknown' },
    is_mfa: (asked?.factors.length ?? 0) > 1,
    ...(asked
      ? {
          auth_factors: asked.factors.map((name) => ({
            factor_type_id: FACTOR_TYPE[name] ?? 99,
            factor_type: name,
          })),
        }
      : {}),
    unmapped,
  };
  if (decision.level === 'low' && decision.outcome === 'allow') return [authentication];
  const strongest = decision.reasons.filter(({ contribution }) => contribution > 0);
  return [
    authentication,
    {
      category_uid: 2,
      class_uid: 2004,
      activity_id: 1,
      type_uid: 2004 * 100 + 1,
      time: Date.parse(decision.decidedAt),
      severity_id: SEVERITY[decision.level],
      status_id: decision.resolution ? 4 : 1,
      metadata: {
        version: OCSF_VERSION,
        uid: `${key}#finding`,
        tenant_uid: tenant,
        product,
        profiles: PROFILES,
      },
      finding_info: {
        uid: key,
        title: strongest[0]?.text ?? 'A sign-in that policy did not let pass',
        created_time: Date.parse(decision.decidedAt),
        types: strongest.slice(0, 5).map(({ code }) => code),
        analytic: { name: decision.model.id, uid: decision.model.digest, type_id: 4 },
      },
      risk_score: Math.round(decision.score * 100),
      risk_level_id: RISK_LEVEL[decision.level],
      action_id: stopped ? 2 : 1,
      disposition_id: stopped ? 2 : 1,
      resources: [{ uid: asked?.application ?? 'unknown', type: 'application' }],
      evidences: [{ actor: { user }, data: { reasons: decision.reasons.slice(0, 5) } }],
      unmapped,
    },
  ];
};
