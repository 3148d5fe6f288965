import { EVENT_TYPES, RECEIVED_TYPES } from './event-types.ts';
import type { ReceivedSignal } from './receive.ts';

/** What a received signal says about the sessions that it names. */
export interface ReceivedEvidence {
  /** Log-odds added. */
  readonly logOdds: number;
  /** The session or the account was stopped: believed outright. */
  readonly revokes?: boolean;
  readonly code: string;
}

const LEVELS: Readonly<Record<string, number>> = { LOW: 0, MEDIUM: 1, HIGH: 2 };

const riskChange = ({ previous_level, current_level }: Readonly<Record<string, unknown>>): number => {
  const now = LEVELS[String(current_level)];
  if (now === undefined) return 0;
  // Without a previous level it is taken for the middle: LOW is then trust, HIGH is not.
  return 1.5 * (now - (LEVELS[String(previous_level)] ?? 1));
};

/**
 * How much each type of signal moves a session, in log-odds. Our estimates, as {@link SESSION_EVIDENCE} is; a
 * trusted party that says a session or an account is stopped is believed outright. Trust from outside is worth
 * at most two steps down: another party's word never clears a session by itself.
 */
export const evidenceOfSignal = ({
  type,
  claims,
}: Pick<ReceivedSignal, 'type' | 'claims'>): ReceivedEvidence => {
  switch (type) {
    case EVENT_TYPES.sessionRevoked:
    case RECEIVED_TYPES.sessionsRevoked:
      return { logOdds: 0, revokes: true, code: 'sessionRevokedElsewhere' };
    case EVENT_TYPES.accountDisabled:
    case EVENT_TYPES.accountPurged:
      return { logOdds: 0, revokes: true, code: 'accountDisabledElsewhere' };
    case RECEIVED_TYPES.credentialCompromise:
      return { logOdds: 3, code: 'credentialCompromise' };
    case RECEIVED_TYPES.accountCredentialChangeRequired:
      return { logOdds: 2, code: 'credentialChangeRequired' };
    case RECEIVED_TYPES.recoveryActivated:
      return { logOdds: 1.5, code: 'recoveryActivated' };
    case EVENT_TYPES.recoveryInformationChanged:
      return { logOdds: 1, code: 'recoveryChanged' };
    case EVENT_TYPES.riskLevelChange:
      return { logOdds: riskChange(claims), code: 'riskLevelElsewhere' };
    case EVENT_TYPES.deviceComplianceChange:
      return { logOdds: claims.current_status === 'not-compliant' ? 1.5 : 0, code: 'deviceNotCompliant' };
    case EVENT_TYPES.credentialChange:
      return {
        logOdds: claims.change_type === 'revoke' || claims.change_type === 'delete' ? 1 : 0.5,
        code: 'credentialChange',
      };
    case EVENT_TYPES.assuranceLevelChange:
      return {
        logOdds: claims.change_direction === 'increase' ? -1 : claims.change_direction === 'decrease' ? 1 : 0,
        code: 'assuranceElsewhere',
      };
    case EVENT_TYPES.tokenClaimsChange:
      return { logOdds: 0.5, code: 'claimsChange' };
    default:
      // Verification, and whatever else is said: heard, and of no weight.
      return { logOdds: 0, code: 'signal' };
  }
};
