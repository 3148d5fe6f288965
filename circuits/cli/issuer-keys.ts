// SPDX-License-Identifier: GPL-3.0-or-later
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite as eddsa } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import { encodeBase58 } from '../../functions/credentials/did/multibase.ts';
import type { JsonObject } from '../../functions/credentials/statement/derived-document.ts';
import { CRYPTOSUITE } from '../../functions/credentials/statement/proof-value.ts';
import { systemRandom } from '../src/holder.ts';
import {
  createZkSignCryptosuite,
  issuerSigner,
  issuerVerificationMethod,
  type SignOptions,
} from '../src/suite/sign-cryptosuite.ts';

const EDDSA = 'eddsa-rdfc-2022';

/** An issuer's key in a file. */
export interface IssuerKey {
  /** URL of its verification method. */
  readonly id: string;
  readonly controller: string;
  /** What it signs. */
  readonly suite: string;
  /** 32 bytes in hex: of an Ed25519 key its seed. */
  readonly privateKey: string;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/**
 * Makes a key, with the verification method to publish in the issuer's DID document or to pin in a registry.
 *
 * @param id the verification method's URL, in the issuer's DID
 * @param suite of the proofs that it will sign: `countersign-groth16-2026` or `eddsa-rdfc-2022`
 */
export function makeIssuerKey(id: string, suite: string): { key: IssuerKey; verificationMethod: object } {
  const [controller, fragment] = id.split('#');
  if (!controller?.startsWith('did:') || !fragment) throw new TypeError('--id is a DID with a #fragment');
  if (suite === EDDSA) {
    const { privateKey } = generateKeyPairSync('ed25519');
    const { d, x } = privateKey.export({ format: 'jwk' });
    const seed = Buffer.from(d!, 'base64url');
    // The multicodec of an Ed25519 public key (Controlled Identifiers, section 2.2.2).
    const publicKey = Buffer.concat([Uint8Array.of(0xed, 0x01), Buffer.from(x!, 'base64url')]);
    return {
      key: { id, controller, suite, privateKey: hex(seed) },
      verificationMethod: {
        id,
        type: 'Multikey',
        controller,
        publicKeyMultibase: `z${encodeBase58(publicKey)}`,
      },
    };
  }
  if (suite !== CRYPTOSUITE) throw new TypeError(`--suite is ${CRYPTOSUITE} or ${EDDSA}`);
  const privateKey = systemRandom(32);
  return {
    key: { id, controller, suite, privateKey: hex(privateKey) },
    verificationMethod: issuerVerificationMethod(id, controller, privateKey),
  };
}

/** The issuer's DID document with a key more, for what it asserts. */
export function withKey(
  document: JsonObject | undefined,
  { key, verificationMethod }: ReturnType<typeof makeIssuerKey>,
): object {
  const { verificationMethod: methods = [], assertionMethod = [] } = document ?? {};
  return {
    '@context': ['https://www.w3.org/ns/did/v1'],
    id: key.controller,
    ...document,
    verificationMethod: [...[methods].flat(), verificationMethod],
    assertionMethod: [...[assertionMethod].flat(), key.id],
  };
}

/** The suite that signs a base proof, for the holder alone. */
export function baseProofSuite(key: IssuerKey, options: SignOptions): DataIntegrityProof {
  requireSuite(key, CRYPTOSUITE);
  return new DataIntegrityProof({
    signer: issuerSigner(key.id, Buffer.from(key.privateKey, 'hex')),
    cryptosuite: createZkSignCryptosuite(options),
  });
}

/** The suite that signs a proof under which the credential is shown whole. */
export function wholeProofSuite(key: IssuerKey): DataIntegrityProof {
  requireSuite(key, EDDSA);
  const privateKey = ed25519From(Buffer.from(key.privateKey, 'hex'));
  const signer = {
    id: key.id,
    algorithm: 'Ed25519',
    sign: async ({ data }: { data: Uint8Array }) => new Uint8Array(sign(null, data, privateKey)),
  };
  return new DataIntegrityProof({ signer, cryptosuite: eddsa });
}

function requireSuite({ suite }: IssuerKey, expected: string): void {
  if (suite !== expected) throw new TypeError(`the key is for ${suite}, and this takes one for ${expected}`);
}

/** A private key from its seed: node:crypto takes it in PKCS #8 (RFC 8410, section 7). */
function ed25519From(seed: Uint8Array): KeyObject {
  const header = Buffer.from('302e020100300506032b657004220420', 'hex');
  return createPrivateKey({ key: Buffer.concat([header, seed]), format: 'der', type: 'pkcs8' });
}
