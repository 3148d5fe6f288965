import { canonicalBytes } from './canonical-json.ts';
import { hashToField } from './field.ts';

/** What one presentation is for and who signs it. */
export interface PresentationBinding {
  /** The verifier's nonce. */
  readonly nonce: string;
  /** The verifier: its `client_id`, or `origin:` and the web origin. */
  readonly audience: string;
  /** Where the response goes, when the protocol has such an address. */
  readonly responseUri?: string | undefined;
  /** The fresh did:key that signs the presentation around the credential. */
  readonly presentationKey: string;
}

/**
 * The public signal `binding`.
 *
 * @example
 * ```ts
 * bindingSignal({ nonce: 'n-1', audience: 'origin:https://shop.example', presentationKey: 'did:key:z6Mk…' });
 * ```
 */
export function bindingSignal(binding: PresentationBinding): bigint {
  return hashToField(
    'countersign/v1/binding',
    canonicalBytes({
      audience: binding.audience,
      nonce: binding.nonce,
      presentationKey: binding.presentationKey,
      responseUri: binding.responseUri ?? null,
    }),
  );
}

/**
 * The public signal `scope`. With a registered scope name it is the same for each presentation to this verifier,
 * so the pseudonym is stable; without one it is fresh with the binding, so the pseudonym says nothing.
 *
 * `audience` is the authenticated one of the request: a verifier cannot ask in another's name.
 */
export function scopeSignal(audience: string, scopeName: string | undefined, binding: bigint): bigint {
  return scopeName === undefined
    ? hashToField('countersign/v1/unscoped', canonicalBytes(binding.toString()))
    : hashToField('countersign/v1/scope', canonicalBytes([audience, scopeName]));
}
