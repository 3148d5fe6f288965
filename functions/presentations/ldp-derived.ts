import {
  type KnownSuites,
  STANDARD_SUITES,
  type Verifier,
  verifyPresentation,
} from '../credentials/index.ts';
import { isObject, type JsonObject, TokenError } from '../credentials/jose/index.ts';
import { CRYPTOSUITE, type JsonObject as StatementDocument } from '../credentials/statement/index.ts';
import {
  answers,
  createZkVerifyCryptosuite,
  pseudonymIn,
  type ZkVerifyOptions,
} from '../credentials/zk/index.ts';
import { asksForProof } from './dcql-query.ts';
import { refuseTransactions, throwFailed, verifiedOf } from './ldp-presented.ts';
import type { VerificationContext, VerifiedPresentation } from './verify-answer.ts';

const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

/** Whether a credential is a derived one of our zero-knowledge suite. */
export const isDerived = (credential: JsonObject): boolean =>
  listOf(credential.proof).some((proof) => isObject(proof) && proof.cryptosuite === CRYPTOSUITE);

/** A derived credential of the zero-knowledge suite (its specification, §12). */
export const verifyDerived = async (
  verifier: Verifier,
  { presentation, credential }: { readonly presentation: JsonObject; readonly credential: JsonObject },
  { asked, binding, bindingRequired, responseUri }: VerificationContext,
  known: Pick<ZkVerifyOptions, 'verificationKey' | 'statusLists' | 'sets'>,
): Promise<VerifiedPresentation> => {
  refuseTransactions(binding);
  const [proof] = listOf(presentation.proof);
  const method = isObject(proof) ? proof.verificationMethod : undefined;
  if (!bindingRequired || typeof method !== 'string')
    throw new TokenError(
      'key-binding-missing',
      'A zero-knowledge credential is shown in a signed presentation only',
    );
  const presentationKey = method.split('#')[0]!;
  const { predicates = [], pseudonym_scope: scopeName } = asksForProof(asked.meta) ? asked.meta : {};
  const suites: KnownSuites = {
    ...STANDARD_SUITES,
    [CRYPTOSUITE]: {
      alone: true,
      baseTag: 0x00,
      create: () =>
        createZkVerifyCryptosuite({
          ...known,
          binding: { nonce: binding.nonce, audience: binding.audience, responseUri, presentationKey },
          ...(scopeName === undefined ? {} : { scopeName }),
          now: () => verifier.now() / 1000,
        }),
    },
  };
  const { checks, credentials, holder } = await verifyPresentation({ ...verifier, suites }, presentation, {
    challenge: binding.nonce,
    domain: binding.audience,
  });
  throwFailed([checks.proof, ...credentials.flatMap((one) => Object.values(one.checks))]);
  // The subject is not named, on purpose; the proof itself binds the key that signed the presentation.
  if (!checks.holder.ok && checks.holder.error.code !== 'holder-unbound') throw checks.holder.error;
  if (holder !== presentationKey || credentials.length !== 1)
    throw new TokenError('holder-mismatch', 'The proof is bound to another key than signed the presentation');
  const document = credential as unknown as StatementDocument;
  if (!answers({ predicates: predicates as never }, document))
    throw new TokenError('type-refused', 'The credential does not prove the predicates that were asked for');
  const { predicates: proven, ...shown } = isObject(credential.credentialSubject)
    ? credential.credentialSubject
    : {};
  return {
    ...(await verifiedOf(verifier, credential, holder)),
    shown,
    predicates: Array.isArray(proven) ? proven : [],
    keyIsFresh: true,
    statusProved: known.statusLists.some(({ status }) => status !== null),
    ...(scopeName === undefined ? {} : { pseudonym: pseudonymIn(credential) }),
  };
};
