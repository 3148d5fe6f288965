import type { LoggedDecision } from './log.ts';

/** The version of the Open Cybersecurity Schema Framework that events are written in. */
export const OCSF_VERSION = '1.3.0';

const SEVERITY = { low: 1, medium: 3, high: 4 } as const;
const RISK_LEVEL = { low: 1, medium: 2, high: 3 } as const;
const LOGOFF = 'sign_out';

/** An event of OCSF. */
export type OcsfEvent = Readonly<Record<string, unknown>>;

/**
 * A decision as OCSF events, for any SIEM: the Authentication (class 3002) that it was about, and, where the risk is
 * not low or the outcome is not `allow`, a Detection Finding (class 2004) with what was found.
 *
 * Identifiers are the keyed pseudonyms of the log. What OCSF has no member for is under `unmapped`.
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
  const user = { uid: decision.subject, type_id: asked?.kind === 'person' ? 1 : 0 };
  const unmapped = { score: decision.score, outcome: decision.outcome, mode: decision.mode };
  const authentication: OcsfEvent = {
    category_uid: 3,
    class_uid: 3002,
    activity_id: activity,
    type_uid: 3002 * 100 + activity,
    time,
    severity_id: SEVERITY[decision.level],
    status_id: observation.failed ? 2 : 1,
    metadata: { version: OCSF_VERSION, uid: key, tenant_uid: tenant, product },
    user,
    service: { name: asked?.application ?? 'unknown' },
    is_mfa: (asked?.factors.length ?? 0) > 1,
    ...(asked
      ? { auth_factors: asked.factors.map((name) => ({ factor_type_id: 99, factor_type: name })) }
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
      metadata: { version: OCSF_VERSION, uid: `${key}#finding`, tenant_uid: tenant, product },
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
      is_alert: decision.level === 'high',
      resources: [{ uid: asked?.application ?? 'unknown', type: 'application' }],
      evidences: [{ actor: { user }, data: { reasons: decision.reasons.slice(0, 5) } }],
      unmapped,
    },
  ];
};
