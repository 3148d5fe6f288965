import {
  BIAS,
  canonicalJson,
  claimAt,
  isObject,
  type Json,
  type JsonObject,
  type PredicateRequest,
  readDerivedProof,
  resolvePredicates,
} from '../statement/index.ts';

/** What a verifier asked to be shown. */
export interface DisclosureRequest {
  readonly reveal?: readonly string[];
  readonly predicates?: readonly PredicateRequest[];
}

/**
 * Whether a verified credential answers what was asked: every claim asked for is shown and every predicate is among
 * those proven, word for word. The suite proves what the document says; this asks whether it says enough. Ages are
 * resolved on the day of the time proved.
 *
 * @param credential with one derived proof, verified.
 * @example
 * ```ts
 * answers({ predicates: [{ path: '/credentialSubject/birthDate', olderThan: { years: 18 } }] }, credential);
 * ```
 */
export function answers(
  { reveal = [], predicates = [] }: DisclosureRequest,
  credential: JsonObject,
): boolean {
  const { proof, credentialSubject } = credential;
  if (!isObject(proof) || !isObject(credentialSubject)) return false;
  const now = Number(readDerivedProof(proof.proofValue).now - BIAS);
  const proven = new Set(((credentialSubject.predicates ?? []) as Json[]).map(canonicalJson));
  return (
    reveal.every((path) => claimAt(credential, path) !== undefined) &&
    resolvePredicates(predicates, now).every((each) => proven.has(canonicalJson(each as unknown as Json)))
  );
}
