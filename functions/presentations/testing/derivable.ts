import { createRequire } from 'node:module';
import * as bbsSuite from '@digitalbazaar/bbs-2023-cryptosuite';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { createDiscloseCryptosuite, createSignCryptosuite } from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import type { Json } from '../../credentials/data-integrity/shape.ts';
import {
  documentLoader,
  type Party,
  party,
  sign,
  unsigned,
} from '../../credentials/data-integrity/testing.ts';

const Bls = await import(createRequire(import.meta.url).resolve('@digitalbazaar/bls12-381-multikey'));

/** Somebody whose key signs by BBS. */
const bls = async (): Promise<Party> => {
  const key = await Bls.generateBbsKeyPair({ algorithm: Bls.ALGORITHMS.BBS_BLS12381_SHA256 });
  const { publicKeyMultibase } = await key.export({ publicKey: true });
  const did = `did:key:${publicKeyMultibase}`;
  return { did, key: Object.assign(key, { id: `${did}#${publicKeyMultibase}`, controller: did }) };
};

const MANDATORY = ['/issuer', '/validFrom', '/validUntil', '/credentialSubject/id'];

/** The public suites under which a holder derives what is shown from what was issued. */
export const DERIVABLE = {
  'ecdsa-sd-2023': {
    issuer: () => party('P-256'),
    sign: () => createSignCryptosuite({ mandatoryPointers: MANDATORY }),
    disclose: (selectivePointers: string[]) => createDiscloseCryptosuite({ selectivePointers }),
  },
  'bbs-2023': {
    issuer: bls,
    sign: () => bbsSuite.createSignCryptosuite({ mandatoryPointers: MANDATORY }),
    disclose: (selectivePointers: string[]) => bbsSuite.createDiscloseCryptosuite({ selectivePointers }),
  },
} as const;
export type DerivableSuite = keyof typeof DERIVABLE;

/** A credential as its issuer signed it, and what shows the places of it that are pointed to. */
export interface Derivable {
  readonly base: Json;
  readonly derive: (pointers: string[]) => Promise<Json>;
}

/** Issues a `ClerkCredential` of which single claims can be shown. */
export const issueDerivable = async (
  name: DerivableSuite,
  issuer: Party,
  holder: Party,
): Promise<Derivable> => {
  const suite = DERIVABLE[name];
  const base = await sign(
    {
      ...unsigned(issuer.did, holder.did),
      validFrom: new Date(Date.now() - 60_000).toISOString(),
      validUntil: new Date(Date.now() + 3_600_000).toISOString(),
      type: ['VerifiableCredential', 'ClerkCredential'],
      credentialSubject: { id: holder.did, role: 'clerk', floor: '7' },
    },
    issuer,
    { suite: suite.sign(), date: new Date().toISOString() },
  );
  return {
    base,
    derive: (pointers) =>
      vc.derive({
        verifiableCredential: structuredClone(base),
        suite: new DataIntegrityProof({ cryptosuite: suite.disclose(pointers) }),
        documentLoader,
      }) as Promise<Json>,
  };
};
