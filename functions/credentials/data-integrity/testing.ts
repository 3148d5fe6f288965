import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import * as Ecdsa from '@digitalbazaar/ecdsa-multikey';
import { cryptosuite as ecdsaRdfc2019 } from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import * as Ed25519 from '@digitalbazaar/ed25519-multikey';
import { cryptosuite as eddsaRdfc2022 } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import jsigs from 'jsonld-signatures';
import { CREDENTIALS_V2, pinContexts } from '../contexts/index.ts';
import { createDocumentLoader } from '../document-loader.ts';
import type { Json } from './shape.ts';

/** A key pair of the public libraries. */
export interface KeyPair {
  id: string;
  controller: string;
  export(what: { publicKey: true }): Promise<{ publicKeyMultibase: string }>;
  signer(): object;
}

/** Somebody with a did:key. */
export interface Party {
  readonly did: string;
  readonly key: KeyPair;
}

export const UNDEFINED_TERMS = 'https://www.w3.org/ns/credentials/undefined-terms/v2';

export const documentLoader = createDocumentLoader({ contexts: pinContexts() });

export async function party(curve: 'Ed25519' | 'P-256' | 'P-384' = 'Ed25519'): Promise<Party> {
  const key = curve === 'Ed25519' ? await Ed25519.generate() : await Ecdsa.generate({ curve });
  const { publicKeyMultibase } = await key.export({ publicKey: true });
  const did = `did:key:${publicKeyMultibase}`;
  return { did, key: Object.assign(key, { id: `${did}#${publicKeyMultibase}`, controller: did }) };
}

const purposeOf = (proof: Json) => ({
  term: proof.proofPurpose ?? 'assertionMethod',
  update: (made: object) => Object.assign(made, { proofPurpose: 'assertionMethod', ...proof }),
});

/** Signs any document, with whatever the proof is to say: the library's own checks do not stand in the way. */
export async function sign(
  document: Json,
  by: Party,
  {
    cryptosuite = 'eddsa-rdfc-2022',
    date = '2026-01-02T00:00:00Z',
    proof = {} as Json,
    suite = undefined as object | undefined,
  } = {},
): Promise<Json> {
  const chosen = suite ?? (cryptosuite === 'ecdsa-rdfc-2019' ? ecdsaRdfc2019 : eddsaRdfc2022);
  // As JSON has it: members that are undefined are not there.
  const plain = (value: object): Json => JSON.parse(JSON.stringify(value));
  const made = await jsigs.sign(plain(document), {
    suite: new DataIntegrityProof({ signer: by.key.signer(), date, cryptosuite: chosen }),
    purpose: purposeOf(proof),
    documentLoader,
  });
  return plain(made);
}

/** A credential that `issuer` might issue about `subject`. */
export const unsigned = (issuer: string, subject?: string): Json => ({
  '@context': [CREDENTIALS_V2, UNDEFINED_TERMS],
  type: ['VerifiableCredential'],
  issuer,
  validFrom: '2026-01-01T00:00:00Z',
  validUntil: '2027-01-01T00:00:00Z',
  credentialSubject: { ...(subject === undefined ? {} : { id: subject }), role: 'clerk' },
});

export const NOW = Date.parse('2026-06-01T00:00:00Z');
