// SPDX-License-Identifier: GPL-3.0-or-later
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import * as vc from '@digitalbazaar/vc';
import type { JsonObject } from '../../functions/credentials/statement/derived-document.ts';
import { type PredicateRequest, StatusList } from '../../functions/credentials/statement/index.ts';
import { localProver } from '../src/prove.ts';
import { createZkDeriveCryptosuite } from '../src/suite/derive-cryptosuite.ts';
import {
  artefacts,
  documentLoader,
  ed25519,
  eddsaSuite,
  ISSUER,
  issue,
  opening,
  TERMS_URL,
  unsigned,
} from './credential.ts';
import { sampleKind } from './sample.ts';

/** Type of the sample credential, as its context expands it. */
export const EMPLOYEE = 'https://issuer.example/terms#EmployeeCredential';

/** What an operator writes in the registry to trust the sample issuer, of which nothing can be fetched. */
export const sampleIssuer = async (): Promise<{ types: string[]; documents: Record<string, object> }> => ({
  types: [EMPLOYEE],
  documents: Object.fromEntries(
    await Promise.all(
      [TERMS_URL, ISSUER, sampleKind.schema.id].map(
        async (url) => [url, (await documentLoader(url)).document as object] as const,
      ),
    ),
  ),
});

/** A sample credential that is valid now and cannot be revoked. */
export const issueUnrevocable = (): Promise<JsonObject> => {
  const day = (offset: number) =>
    new Date(Date.now() + offset * 86_400_000).toISOString().replace(/\.\d+/, '');
  const { credentialStatus: _, ...unrevocable } = unsigned;
  return issue({ ...unrevocable, validFrom: day(-30), validUntil: day(30) });
};

/** A proof for one request, in a presentation by a key that is made for it; whether the person is cleared is shown. */
export const proveFor = async (
  credential: JsonObject,
  predicates: readonly PredicateRequest[],
  { nonce, audience, responseUri }: { nonce: string; audience: string; responseUri: string | undefined },
): Promise<object> => {
  const { did, signer } = ed25519();
  const cryptosuite = createZkDeriveCryptosuite({
    opening,
    statusList: StatusList.empty(),
    prover: localProver(artefacts, { singleThread: true }),
    now: Math.floor(Date.now() / 1000),
    predicates,
    reveal: ['/credentialSubject/cleared'],
    binding: { nonce, audience, responseUri, presentationKey: did },
  });
  const derived = await vc.derive({
    verifiableCredential: structuredClone(credential),
    suite: new DataIntegrityProof({ cryptosuite }),
    documentLoader,
  });
  return vc.signPresentation({
    presentation: {
      '@context': ['https://www.w3.org/ns/credentials/v2'],
      type: ['VerifiablePresentation'],
      holder: did,
      verifiableCredential: [derived],
    },
    suite: eddsaSuite(signer),
    challenge: nonce,
    domain: audience,
    documentLoader,
  });
};
