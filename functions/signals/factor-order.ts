import type { Factor } from '../events/index.ts';

/**
 * How hard a factor is to take over from afar, 0 to 5, after the authenticator classes of NIST SP 800-63B: what
 * can be phished or intercepted is weak, what is bound to the site's name is strong. The ordering is ours.
 */
const STRENGTH: Readonly<Record<Factor, number>> = {
  refresh_token: 0,
  password: 1,
  client_secret: 1,
  access_key: 1,
  recovery_code: 1,
  remembered_device: 1,
  email: 2,
  sms: 2,
  phone_call: 2,
  unknown_second_factor: 2,
  otp: 3,
  totp: 3,
  push: 3,
  federated: 3,
  biometric: 4,
  certificate: 5,
  security_key: 5,
  passkey: 5,
};

/** The highest value of {@link strengthOf}. */
export const STRONGEST = 5;

/** Strength of one factor, 0 to 5. */
export function strengthOf(factor: Factor): number {
  return STRENGTH[factor];
}

/**
 * The strongest factor of an event; the earlier one where two are alike. Undefined when it used none.
 *
 * @example
 * ```ts
 * strongest(['password', 'totp']); // 'totp'
 * ```
 */
export function strongest(factors: readonly Factor[]): Factor | undefined {
  let best: Factor | undefined;
  for (const factor of factors) if (best === undefined || STRENGTH[factor] > STRENGTH[best]) best = factor;
  return best;
}
