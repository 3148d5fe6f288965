import { type DidResolver, isObject, type JsonObject } from '../credentials/jose/index.ts';
import { verifyJwtVc } from '../credentials/jwt-vc/index.ts';
import { verifySdJwtVc } from '../credentials/sd-jwt/index.ts';
import { issuerSigners } from '../credentials/trust/index.ts';
import { type PresentationVerifier, withoutHoles } from './verify-answer.ts';

/** Claims of an SD-JWT VC that are about the credential and not about the person. */
const ABOUT_THE_CREDENTIAL = ['iss', 'vct', 'vct#integrity', 'cnf', 'status', 'iat', 'nbf', 'exp', 'jti'];

/** `dc+sd-jwt`: an SD-JWT VC with key binding (OpenID4VP 1.0 §B.3). */
export const sdJwtVerifier =
  (resolve: DidResolver): PresentationVerifier =>
  async (presentation, { binding, bindingRequired, registry, now }) => {
    const { issuer, vct, claims, holder, authorityKeyIds } = await verifySdJwtVc(presentation, {
      signers: issuerSigners(registry, resolve),
      binding,
      bindingRequired,
      now,
    });
    const personal = Object.entries(claims).filter(([name]) => !ABOUT_THE_CREDENTIAL.includes(name));
    return {
      format: 'dc+sd-jwt',
      issuer,
      types: [vct],
      claims,
      shown: withoutHoles(Object.fromEntries(personal)) as JsonObject,
      ...(holder === undefined ? {} : { holder }),
      ...(authorityKeyIds === undefined ? {} : { authorityKeyIds }),
      ...(claims.status === undefined ? {} : { statusReference: claims.status }),
    };
  };

/** `jwt_vc_json`: a credential of the VC Data Model in a JWT (OpenID4VP 1.0 §B.1.3.1). */
export const jwtVcVerifier =
  (resolve: DidResolver): PresentationVerifier =>
  async (presentation, { binding, bindingRequired, registry, now }) => {
    const { issuer, types, credential, holder } = await verifyJwtVc(presentation, {
      signers: issuerSigners(registry, resolve),
      resolve,
      binding,
      bindingRequired,
      now,
    });
    const subject = credential.credentialSubject;
    return {
      format: 'jwt_vc_json',
      issuer,
      types: [...types]
        .sort(genericFirst)
        .flatMap((type) =>
          type === 'VerifiableCredential' ? [type, `https://www.w3.org/2018/credentials#${type}`] : [type],
        ),
      claims: credential,
      shown: isObject(subject) ? subject : {},
      ...(holder === undefined ? {} : { holder }),
      ...(credential.credentialStatus === undefined ? {} : { statusReference: credential.credentialStatus }),
    };
  };

/** The type that says most stands last: it names the credential to the app. */
const genericFirst = (a: string, b: string): number =>
  Number(b === 'VerifiableCredential') - Number(a === 'VerifiableCredential');
