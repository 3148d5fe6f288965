import { addressFailureRate } from './address-failure-rate.ts';
import { anomalousToken } from './anomalous-token.ts';
import { anonymizedIPAddress } from './anonymized-ip-address.ts';
import { bruteForce } from './brute-force.ts';
import { credentialStuffing } from './credential-stuffing.ts';
import { deviceTenure } from './device-tenure.ts';
import { dormantAccount } from './dormant-account.ts';
import { factorFatigue } from './factor-fatigue.ts';
import { factorReset } from './factor-reset.ts';
import { factorStrength } from './factor-strength.ts';
import { failedAttempt } from './failed-attempt.ts';
import { historyThin } from './history-thin.ts';
import { implausibleRoundTrip } from './implausible-round-trip.ts';
import { impossibleConcurrency } from './impossible-concurrency.ts';
import { leakedCredential } from './leaked-credential.ts';
import { liveness } from './liveness.ts';
import { maliciousIPAddress } from './malicious-ip-address.ts';
import { networkTenure } from './network-tenure.ts';
import { newApplication } from './new-application.ts';
import { newASN } from './new-asn.ts';
import { newCountry } from './new-country.ts';
import { newDevice } from './new-device.ts';
import { newFactor } from './new-factor.ts';
import { newNetwork } from './new-network.ts';
import { newPrivilege } from './new-privilege.ts';
import { newResource } from './new-resource.ts';
import { outdatedAgent } from './outdated-agent.ts';
import { passwordSpray } from './password-spray.ts';
import { reportedThreat } from './reported-threat.ts';
import { resourceSensitivity } from './resource-sensitivity.ts';
import { serviceAccountSchedule } from './service-account-schedule.ts';
import { sharedEgress } from './shared-egress.ts';
import type { Signal, SignalContext, SignalDefinition } from './signal.ts';
import { slowBruteForce } from './slow-brute-force.ts';
import { successAfterFailures } from './success-after-failures.ts';
import { suspiciousAgent } from './suspicious-agent.ts';
import { suspiciousSignins } from './suspicious-signins.ts';
import { unfamiliarAgent } from './unfamiliar-agent.ts';
import { unfamiliarFeatures } from './unfamiliar-features.ts';
import { unfamiliarHour } from './unfamiliar-hour.ts';
import { unlikelyTravel } from './unlikely-travel.ts';
import { unusualVolume } from './unusual-volume.ts';

/**
 * Every signal, in the order of the feature vector. A model is trained on this list: codes, units, ranges and order are its
 * schema, and a change of any makes a model trained before unfit (its manifest's digest tells).
 */
export const catalogue: readonly SignalDefinition[] = [
  newDevice,
  newNetwork,
  newASN,
  newCountry,
  unfamiliarAgent,
  outdatedAgent,
  newApplication,
  newResource,
  newFactor,
  unfamiliarFeatures,
  deviceTenure,
  networkTenure,
  unlikelyTravel,
  unfamiliarHour,
  anonymizedIPAddress,
  suspiciousAgent,
  factorStrength,
  bruteForce,
  slowBruteForce,
  passwordSpray,
  credentialStuffing,
  addressFailureRate,
  factorFatigue,
  successAfterFailures,
  failedAttempt,
  unusualVolume,
  dormantAccount,
  sharedEgress,
  resourceSensitivity,
  leakedCredential,
  liveness,
  factorReset,
  newPrivilege,
  reportedThreat,
  anomalousToken,
  impossibleConcurrency,
  implausibleRoundTrip,
  maliciousIPAddress,
  suspiciousSignins,
  serviceAccountSchedule,
  historyThin,
];

/**
 * Evaluates every signal, in the order of the {@link catalogue}.
 *
 * @example
 * ```ts
 * const signals = evaluateSignals({ event, network, agent, observation, subject, velocity: {} });
 * ```
 */
export function evaluateSignals(context: SignalContext): Signal[] {
  return catalogue.map((definition) => ({ code: definition.code, ...definition.evaluate(context) }));
}

/**
 * The vector that a model sees: one float per signal in the order given, NaN where it could not be evaluated.
 *
 * @param signals what {@link evaluateSignals} returned
 */
export function featureVector(signals: readonly Signal[]): Float32Array {
  const features = new Float32Array(signals.length);
  for (let index = 0; index < signals.length; index++) {
    const signal = signals[index]!;
    features[index] = signal.evaluated ? signal.value : Number.NaN;
  }
  return features;
}
