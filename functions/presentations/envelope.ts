import { type JsonObject, type SignerResolver, TokenError } from '../credentials/jose/index.ts';
import { verifyVcJwt } from '../credentials/jwt-vc/index.ts';

/** Contexts that define what an envelope is. */
const V2 = 'https://www.w3.org/ns/credentials/v2';

/**
 * Opens a credential in an envelope (VCDM 2.0 §4.13.1): an object of type `EnvelopedVerifiableCredential` whose `id`
 * is a `data:` URL with a JWT of media type `application/vc+jwt`. Other envelopes (SD-JWT, COSE) and presentations in
 * envelopes are refused by name.
 *
 * @param now ms since 1970.
 * @returns the issuer, whose signature holds, and the credential.
 * @throws TokenError
 */
export const openEnvelope = async (
  envelope: JsonObject,
  signers: SignerResolver,
  now: number,
): Promise<{ readonly issuer: string; readonly credential: JsonObject }> => {
  const { '@context': context, type, id, ...others } = envelope;
  const contexts = Array.isArray(context) ? context : [context];
  if (contexts[0] !== V2 || contexts.length > 1 || Object.keys(others).length > 0)
    throw new TokenError(
      'token-malformed',
      'An envelope must have the context that defines it, and no claims',
    );
  if ([type].flat()[0] !== 'EnvelopedVerifiableCredential' || [type].flat().length !== 1)
    throw new TokenError('type-refused', 'Presentations in envelopes are not verified here');
  const [, mediaType, token] = /^data:([^,;]*),(.*)$/s.exec(typeof id === 'string' ? id : '') ?? [];
  if (mediaType === undefined)
    throw new TokenError('token-malformed', 'The id of an envelope must be a data: URL');
  if (mediaType !== 'application/vc+jwt')
    throw new TokenError('type-refused', 'Envelopes are verified as application/vc+jwt only');
  return verifyVcJwt(token, signers, now);
};
