import {
  type CompactJws,
  checkValidity,
  type DidResolver,
  isObject,
  type JsonObject,
  keyOfDid,
  parseJws,
  publicKeyOf,
  type SignerResolver,
  TokenError,
  thumbprintOf,
  verifyJws,
} from '../jose/index.ts';
import { type KeyBinding, MAX_AGE_SECONDS } from '../sd-jwt/index.ts';

/** A credential in a JWT that verified. */
export interface VerifiedJwtVc {
  readonly issuer: string;
  readonly types: readonly string[];
  /** The credential as the data model has it, JWT claims folded in. */
  readonly credential: JsonObject;
  /** DID of the holder, or thumbprint of the holder's key; present when a presentation proved it. */
  readonly holder?: string;
}

/** How a credential in a JWT is to be verified. */
export interface JwtVcOptions {
  readonly signers: SignerResolver;
  /** Resolves holders' DIDs. */
  readonly resolve: DidResolver;
  readonly binding: KeyBinding;
  /** True: a signed presentation is required. False: a bare credential is. */
  readonly bindingRequired: boolean;
  /** ms since 1970. */
  readonly now: number;
}

/**
 * Verifies `jwt_vc_json` (OpenID4VP 1.0 §B.1.3.1, VC Data Model 1.1 §6.3.1): a presentation signed by the
 * holder for this verifier and request, holding one credential signed by its issuer and bound to that holder.
 *
 * @throws TokenError
 */
export const verifyJwtVc = async (presentation: unknown, options: JwtVcOptions): Promise<VerifiedJwtVc> => {
  const jws = parseJws(presentation);
  if (!options.bindingRequired) return verifyCredential(jws, options);
  const { header, payload } = jws;
  if (header.typ !== undefined && header.typ !== 'JWT')
    throw new TokenError('type-refused', 'The presentation is of another type');
  const inner = credentialIn(payload);
  const verified = await verifyCredential(inner, options);
  const holder = await verifyHolder(jws, inner, verified, options.resolve);
  if (payload.aud !== options.binding.audience)
    throw new TokenError('audience-mismatch', 'The presentation is made for another verifier');
  if (payload.nonce !== options.binding.nonce)
    throw new TokenError('nonce-mismatch', 'The presentation is made for another request');
  if (options.binding.transactionData?.length)
    throw new TokenError('holder-mismatch', 'Transaction data cannot be confirmed in this format');
  checkValidity(payload, options.now);
  if (typeof payload.iat === 'number' && payload.iat < options.now / 1000 - MAX_AGE_SECONDS)
    throw new TokenError('key-binding-stale', 'The presentation was not made just now');
  return { ...verified, holder };
};

/** The one credential of a presentation: a second would be claims that no query asked about. */
const credentialIn = (payload: JsonObject): CompactJws => {
  const { vp } = payload;
  if (!isObject(vp) || !listOf(vp.type).includes('VerifiablePresentation'))
    throw new TokenError('type-refused', 'The token holds no presentation');
  const [credential, second] = listOf(vp.verifiableCredential);
  if (credential === undefined || second !== undefined)
    throw new TokenError('token-malformed', 'A presentation must hold one credential');
  if (vp.holder !== undefined && vp.holder !== payload.iss)
    throw new TokenError('holder-mismatch', 'The presentation names two holders');
  return parseJws(credential);
};

/** The holder's key is that of the credential's `cnf`, or one of its subject's DID. */
const verifyHolder = async (
  jws: CompactJws,
  credential: CompactJws,
  { credential: { credentialSubject } }: VerifiedJwtVc,
  resolve: DidResolver,
): Promise<string> => {
  const { cnf } = credential.payload;
  if (isObject(cnf) && 'jwk' in cnf) {
    const key = publicKeyOf(cnf.jwk);
    verifyJws(jws, key);
    return thumbprintOf(key);
  }
  const { iss } = jws.payload;
  const subject = isObject(credentialSubject) ? credentialSubject.id : undefined;
  if (typeof iss !== 'string' || typeof subject !== 'string' || iss !== subject)
    throw new TokenError('holder-mismatch', 'The presentation is not made by the subject of the credential');
  verifyJws(jws, await keyOfDid(iss, jws.header.kid, 'authentication', resolve));
  return iss;
};

const verifyCredential = async (jws: CompactJws, { signers, now }: JwtVcOptions): Promise<VerifiedJwtVc> => {
  const { header, payload } = jws;
  if (header.typ !== undefined && header.typ !== 'JWT')
    throw new TokenError('type-refused', 'The credential is of another type');
  const { vc, iss } = payload;
  if (!isObject(vc) || typeof iss !== 'string')
    throw new TokenError('token-malformed', 'The token holds no credential with an issuer');
  const types = listOf(vc.type);
  if (!types.includes('VerifiableCredential') || !types.every((type) => typeof type === 'string'))
    throw new TokenError('token-malformed', 'The token holds no credential with a type');
  const signer = await signers({ issuer: iss, header });
  verifyJws(jws, signer.key);
  checkValidity(payload, now);
  const credential = foldIn(vc, payload);
  checkDates(credential, now);
  return { issuer: signer.issuer, types: types as string[], credential };
};

/**
 * The credential with what its JWT claims say: where both speak they must agree, or two readers would see two
 * credentials.
 */
const foldIn = (vc: JsonObject, { iss, sub, jti }: JsonObject): JsonObject => {
  const issuer = isObject(vc.issuer) ? vc.issuer.id : vc.issuer;
  if (issuer !== undefined && issuer !== iss) throw conflict();
  if (vc.id !== undefined && jti !== undefined && vc.id !== jti) throw conflict();
  const subject = vc.credentialSubject;
  if (!isObject(subject)) throw new TokenError('token-malformed', 'The credential must have one subject');
  if (subject.id !== undefined && sub !== undefined && subject.id !== sub) throw conflict();
  const id = vc.id ?? jti;
  const subjectId = subject.id ?? sub;
  return {
    ...vc,
    issuer: vc.issuer ?? iss,
    ...(id === undefined ? {} : { id }),
    credentialSubject: { ...subject, ...(subjectId === undefined ? {} : { id: subjectId }) },
  };
};

const conflict = (): TokenError =>
  new TokenError('token-malformed', 'The credential and its token contradict each other');

/** Dates of the data model, 1.1 and 2.0: the token may state its period there instead. */
const checkDates = (credential: JsonObject, now: number): void => {
  const at = (name: string): number | undefined => {
    const value = credential[name];
    if (value === undefined) return undefined;
    const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(time))
      throw new TokenError('token-malformed', 'A time of the credential cannot be read');
    return time / 1000;
  };
  // Both names may be there: neither period is passed over for the other.
  checkValidity({ nbf: at('validFrom'), exp: at('validUntil') }, now);
  checkValidity({ nbf: at('issuanceDate'), exp: at('expirationDate') }, now);
};

const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
