import type { Factor } from '../events/index.ts';

/** What a factor shows: something known, something had, or something that one is (NIST SP 800-63B). */
export type FactorKind = 'knowledge' | 'possession' | 'inherence';

/**
 * Kinds by factor. A passkey is a multi-factor authenticator: the device, and what unlocks it. A sign-in elsewhere
 * counts as one kind, whatever it took. Factors that are left out prove nothing anew (a remembered device, a refresh
 * token), or are what intruders use (recovery codes, mail: NIST SP 800-63B §3.1.3.1 takes no mail).
 */
const KINDS: Readonly<Partial<Record<Factor, readonly FactorKind[]>>> = {
  password: ['knowledge'],
  federated: ['knowledge'],
  otp: ['possession'],
  totp: ['possession'],
  push: ['possession'],
  sms: ['possession'],
  phone_call: ['possession'],
  security_key: ['possession'],
  certificate: ['possession'],
  unknown_second_factor: ['possession'],
  biometric: ['inherence'],
  passkey: ['possession', 'inherence'],
};

/**
 * The kinds that several factors show, each once.
 *
 * @example
 * ```ts
 * factorKinds(['password', 'totp']).size; // 2
 * factorKinds(['totp', 'sms']).size;      // 1: both are had
 * ```
 */
export const factorKinds = (factors: readonly string[]): ReadonlySet<FactorKind> =>
  new Set(factors.flatMap((factor) => (Object.hasOwn(KINDS, factor) ? KINDS[factor as Factor]! : [])));
