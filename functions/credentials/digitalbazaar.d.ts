// The part of the public suites that this room uses; the packages ship no types.

declare module '@digitalbazaar/di-sd-primitives' {
  interface Options {
    documentLoader: unknown;
  }
  export function hashCanonizedProof(given: {
    document: object;
    proof: object;
    options: Options;
  }): Promise<Uint8Array>;
  export function labelReplacementCanonicalizeJsonLd(given: {
    document: object;
    options: Options;
    labelMapFactoryFunction(given: { canonicalIdMap: Map<string, string> }): Map<string, string>;
  }): Promise<string[]>;
}

declare module '@digitalbazaar/data-integrity' {
  export class DataIntegrityProof {
    constructor(options: { cryptosuite: object; signer?: object; date?: string | Date | null });
  }
}

declare module '@digitalbazaar/vc' {
  export const CredentialIssuancePurpose: new () => object;
  interface Result {
    verified: boolean;
    error?: Error & { errors?: Error[] };
    results?: { verified: boolean; proof?: object; error?: Error }[];
  }
  export function verifyCredential(options: object): Promise<Result>;
  export function verify(
    options: object,
  ): Promise<Result & { presentationResult?: Result; credentialResults?: Result[] }>;
  export function issue(options: object): Promise<Record<string, unknown>>;
  export function derive(options: object): Promise<Record<string, unknown>>;
  export function createPresentation(options: object): Record<string, unknown>;
  export function signPresentation(options: object): Promise<Record<string, unknown>>;
}

declare module '@digitalbazaar/eddsa-rdfc-2022-cryptosuite' {
  export const cryptosuite: object;
}

declare module '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite' {
  export const cryptosuite: object;
}

declare module '@digitalbazaar/ecdsa-sd-2023-cryptosuite' {
  export function createVerifyCryptosuite(): object;
  export function createSignCryptosuite(options?: object): object;
  export function createDiscloseCryptosuite(options?: object): object;
}

declare module '@digitalbazaar/bbs-2023-cryptosuite' {
  export function createVerifyCryptosuite(options?: object): object;
  export function createSignCryptosuite(options?: object): object;
  export function createDiscloseCryptosuite(options?: object): object;
}

declare module 'jsonld-signatures' {
  interface Outcome {
    verified: boolean;
    results?: { verified: boolean; error?: Error }[];
    error?: Error | Error[];
  }
  const jsigs: {
    verify(
      document: object,
      options: { suite: object; purpose: object; documentLoader: unknown },
    ): Promise<Outcome>;
    sign(
      document: object,
      options: { suite: object; purpose: object; documentLoader: unknown },
    ): Promise<object>;
    purposes: {
      AssertionProofPurpose: new () => object;
      AuthenticationProofPurpose: new (options: { challenge: string; domain: string }) => object;
    };
  };
  export default jsigs;
}

declare module '@digitalbazaar/ed25519-multikey' {
  export function generate(options?: object): Promise<import('./data-integrity/testing.ts').KeyPair>;
}

declare module '@digitalbazaar/ecdsa-multikey' {
  export function generate(options: {
    curve: string;
  }): Promise<import('./data-integrity/testing.ts').KeyPair>;
}
