const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
const RISC = 'https://schemas.openid.net/secevent/risc/event-type/';
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/';

/** Event types of CAEP 1.0 (§3) and RISC 1.0 (§2) that Countersign sends and understands, by short name. */
export const EVENT_TYPES = {
  sessionRevoked: `${CAEP}session-revoked`,
  tokenClaimsChange: `${CAEP}token-claims-change`,
  credentialChange: `${CAEP}credential-change`,
  assuranceLevelChange: `${CAEP}assurance-level-change`,
  deviceComplianceChange: `${CAEP}device-compliance-change`,
  riskLevelChange: `${CAEP}risk-level-change`,
  accountDisabled: `${RISC}account-disabled`,
  accountEnabled: `${RISC}account-enabled`,
  accountPurged: `${RISC}account-purged`,
  recoveryInformationChanged: `${RISC}recovery-information-changed`,
} as const;

/** Event types of RISC 1.0 that are understood when received, and never sent. */
export const RECEIVED_TYPES = {
  accountCredentialChangeRequired: `${RISC}account-credential-change-required`,
  credentialCompromise: `${RISC}credential-compromise`,
  recoveryActivated: `${RISC}recovery-activated`,
  sessionsRevoked: `${RISC}sessions-revoked`,
} as const;

/** Events about a stream itself (SSF 1.0 §8.1.4, §8.1.5): sent whatever was asked for. */
export const STREAM_EVENTS = {
  verification: `${SSF}verification`,
  streamUpdated: `${SSF}stream-updated`,
} as const;

/** Every type that a stream may deliver. */
export const SUPPORTED_EVENTS: readonly string[] = Object.values(EVENT_TYPES);

/** How SETs reach a receiver (RFC 8935, RFC 8936). */
export const DELIVERY = { push: 'urn:ietf:rfc:8935', poll: 'urn:ietf:rfc:8936' } as const;
