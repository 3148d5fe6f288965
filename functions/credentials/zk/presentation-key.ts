import { isObject, StatementError } from '../statement/index.ts';

/**
 * The did:key that signed a presentation: what goes into the binding as `presentationKey`. `vc.verify` checks the
 * signature itself; with the binding, the credential inside is tied to that key.
 *
 * @throws StatementError `document-not-covered` unless the presentation has exactly one proof, by a did:key, which is
 *   also its holder where it names one.
 * @example
 * ```ts
 * const binding = { nonce, audience, presentationKey: presentationKeyOf(presentation) };
 * ```
 */
export function presentationKeyOf(presentation: {
  readonly proof?: unknown;
  readonly holder?: unknown;
}): string {
  const { proof, holder } = presentation;
  const method = isObject(proof) ? proof.verificationMethod : undefined;
  const [did, fragment, more] = typeof method === 'string' ? method.split('#') : [];
  if (
    did === undefined ||
    did !== `did:key:${fragment}` ||
    more !== undefined ||
    (holder !== undefined && holder !== did)
  )
    throw new StatementError(
      'document-not-covered',
      'The presentation is not signed by one did:key, its holder',
    );
  return did;
}
