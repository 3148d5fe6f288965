import { readFileSync } from 'node:fs';
import { contextDigest, pinContexts } from '../contexts/index.ts';
import { createDocumentLoader } from '../document-loader.ts';
import type { BbsStatement } from './verify-proof.ts';

const json = (name: string) =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'));

export const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');

interface IetfProof {
  readonly name: string;
  readonly header: string;
  readonly presentationHeader: string;
  readonly count: number;
  readonly disclosed: number[];
  readonly proof: string;
}

/** Vectors of draft-irtf-cfrg-bbs-signatures-08. */
export const ietf: {
  readonly publicKey: string;
  readonly wrongPublicKey: string;
  readonly messages: string[];
  readonly messageScalars: string[];
  readonly generators: string[];
  readonly proofs: IetfProof[];
} = json('ietf');

export const statementOf = (vector: IetfProof): BbsStatement => ({
  publicKey: bytes(ietf.publicKey),
  header: bytes(vector.header),
  presentationHeader: bytes(vector.presentationHeader),
  disclosed: new Map(vector.disclosed.map((at) => [at, bytes(ietf.messages[at]!)])),
});

export interface Credential extends Record<string, unknown> {
  readonly '@context': unknown[];
  readonly proof: Record<string, unknown> & { readonly proofValue: string };
}

/** Vectors of W3C vc-di-bbs. */
export const w3c: {
  readonly publicKeyHex: string;
  readonly privateKeyHex: string;
  readonly proofHash: string;
  /** One for each derived credential. */
  readonly mandatoryHashes: string[];
  readonly base: Credential;
  readonly derived: Credential[];
} = json('w3c');

const citizenship = json('citizenship-v4rc1');

/** A loader with the standard contexts and the one that a W3C vector names. */
export const documentLoader = createDocumentLoader({
  contexts: pinContexts([
    {
      url: 'https://w3id.org/citizenship/v4rc1',
      document: citizenship,
      digest: contextDigest(citizenship),
    },
  ]),
});
