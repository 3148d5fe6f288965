// SPDX-License-Identifier: GPL-3.0-or-later
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite as eddsa } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import { CREDENTIALS_V2, contextDigest, pinContexts } from '../../functions/credentials/contexts/index.ts';
import { encodeBase58 } from '../../functions/credentials/did/multibase.ts';
import { createDocumentLoader } from '../../functions/credentials/document-loader.ts';
import {
  COUNTERSIGN_CONTEXT,
  COUNTERSIGN_CONTEXT_URL,
} from '../../functions/credentials/statement/context.ts';
import type { JsonObject } from '../../functions/credentials/statement/derived-document.ts';
import { paths } from '../setup/paths.ts';
import { drawSecret, requestCredential } from '../src/holder.ts';
import {
  createZkSignCryptosuite,
  issuerSigner,
  issuerVerificationMethod,
} from '../src/suite/sign-cryptosuite.ts';
import { sampleKey, sampleKind, seededRandom } from './sample.ts';

export const ISSUER = 'did:web:issuer.example';
export const ZK_KEY = `${ISSUER}#zk-1`;
export const TERMS_URL = 'https://issuer.example/contexts/employee/1';

const term = (name: string): string => `https://issuer.example/terms#${name}`;
const TERMS = {
  '@context': Object.fromEntries(
    [
      'EmployeeCredential',
      'givenName',
      'birthDate',
      'grade',
      'department',
      'cleared',
      'hiredAt',
      'address',
      'country',
      'nickname',
      'balance',
    ].map((name) => [name, term(name)]),
  ),
};

/** An Ed25519 key as a did:key with its signer. */
export function ed25519(): { did: string; signer: object } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return ed25519From(privateKey, publicKey);
}

function ed25519From(privateKey: KeyObject, publicKey: KeyObject): { did: string; signer: object } {
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url');
  const multibase = `z${encodeBase58(Buffer.concat([Uint8Array.of(0xed, 0x01), raw]))}`;
  const did = `did:key:${multibase}`;
  const signer = {
    id: `${did}#${multibase}`,
    algorithm: 'Ed25519',
    sign: async ({ data }: { data: Uint8Array }) => new Uint8Array(sign(null, data, privateKey)),
  };
  return { did, signer };
}

const { did: ED25519_DID, signer: ed25519Signer } = ed25519();
const ED25519_KEY = `${ISSUER}#ed25519`;

const pinned = (url: string, document: object) => ({ url, digest: contextDigest(document), document });

/** Knows the sample issuer's contexts, schema and keys, and nothing of the network. */
export const documentLoader = createDocumentLoader({
  contexts: pinContexts([pinned(COUNTERSIGN_CONTEXT_URL, COUNTERSIGN_CONTEXT), pinned(TERMS_URL, TERMS)]),
  controllers: new Map<string, object>([
    [
      ISSUER,
      {
        '@context': ['https://www.w3.org/ns/did/v1'],
        id: ISSUER,
        assertionMethod: [ZK_KEY, ED25519_KEY],
        verificationMethod: [
          issuerVerificationMethod(ZK_KEY, ISSUER, sampleKey),
          {
            id: ED25519_KEY,
            type: 'Multikey',
            controller: ISSUER,
            publicKeyMultibase: ED25519_DID.slice('did:key:'.length),
          },
        ],
      },
    ],
    [sampleKind.schema.id, sampleKind.schema],
  ]),
});

/** A credential as the issuer writes it, before any proof. */
export const unsigned: JsonObject = {
  '@context': [CREDENTIALS_V2, TERMS_URL, COUNTERSIGN_CONTEXT_URL],
  id: 'urn:uuid:7d3f4f1e-6f0b-4d52-8a2a-0a7c6f7f9a11',
  type: ['VerifiableCredential', 'EmployeeCredential'],
  issuer: ISSUER,
  validFrom: '2026-01-01T00:00:00Z',
  validUntil: '2027-01-01T00:00:00Z',
  credentialSchema: { id: sampleKind.schema.id, type: 'CountersignClaimSchema' },
  credentialStatus: {
    type: 'BitstringStatusListEntry',
    statusPurpose: 'revocation',
    statusListCredential: sampleKind.status!.list,
    statusListIndex: '74565',
  },
  credentialSubject: {
    id: 'did:example:holder',
    givenName: 'Ada',
    birthDate: '1990-12-10',
    grade: 7,
    department: 'engineering',
    cleared: true,
    hiredAt: '2021-03-01T09:00:00Z',
    address: { country: 'NZ' },
    balance: '-9223372036854775808',
  },
};

const random = seededRandom('wallet');
export const opening = { secret: drawSecret(random), blinding: drawSecret(random) };
const requestContext = `${ISSUER}/n-1`;

/** Issues a credential with a base proof to the sample holder. */
export async function issue(credential: JsonObject = unsigned): Promise<JsonObject> {
  const request = requestCredential(opening, requestContext, random);
  const suite = new DataIntegrityProof({
    signer: issuerSigner(ZK_KEY, sampleKey),
    cryptosuite: createZkSignCryptosuite({ request, requestContext }),
  });
  return (await vc.issue({ credential: structuredClone(credential), suite, documentLoader })) as JsonObject;
}

/** Adds the issuer's eddsa-rdfc-2022 proof to a credential, beside the proofs that it has. */
export async function issueEddsa(credential: JsonObject = unsigned): Promise<JsonObject> {
  const suite = eddsaSuite({ ...ed25519Signer, id: ED25519_KEY });
  return (await vc.issue({ credential: structuredClone(credential), suite, documentLoader })) as JsonObject;
}

/** The suite of eddsa-rdfc-2022 proofs: of presentations, and of credentials that are shown whole. */
export const eddsaSuite = (signer?: object): DataIntegrityProof =>
  new DataIntegrityProof({ cryptosuite: eddsa, ...(signer === undefined ? {} : { signer }) });

const key = (name: string): Uint8Array => readFileSync(join(paths.keys, name));

/** The committed proving artefacts. */
export const artefacts = { wasm: key('credential.wasm'), zkey: key('credential.zkey') };
