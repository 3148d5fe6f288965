import { createHash } from 'node:crypto';
import { CredentialError } from '../errors.ts';
import statusListV1 from './bitstring-status-list-v1.json' with { type: 'json' };
import examplesV2 from './credentials-examples-v2.json' with { type: 'json' };
import undefinedTermsV2 from './credentials-undefined-terms-v2.json' with { type: 'json' };
import credentialsV1 from './credentials-v1.json' with { type: 'json' };
import credentialsV2 from './credentials-v2.json' with { type: 'json' };
import dataIntegrityV1 from './data-integrity-v1.json' with { type: 'json' };
import dataIntegrityV2 from './data-integrity-v2.json' with { type: 'json' };
import didV1 from './did-v1.json' with { type: 'json' };
import multikeyV1 from './multikey-v1.json' with { type: 'json' };

/** A context that a deployment trusts, with the digest that it had when it was reviewed. */
export interface PinnedContext {
  readonly url: string;
  /** SHA-256 of `JSON.stringify(document)`, 64 lower-case hexadecimal digits. */
  readonly digest: string;
  readonly document: object;
}

export const CREDENTIALS_V1 = 'https://www.w3.org/2018/credentials/v1';
export const CREDENTIALS_V2 = 'https://www.w3.org/ns/credentials/v2';
export const DID_V1 = 'https://www.w3.org/ns/did/v1';
export const MULTIKEY_V1 = 'https://w3id.org/security/multikey/v1';

/** The contexts that come with Countersign. */
export const STANDARD_CONTEXTS: readonly PinnedContext[] = [
  {
    url: CREDENTIALS_V1,
    digest: '778eb3a2ffad5df9773231da61b42c098e9849844873a6b5bf9be95c70d73df7',
    document: credentialsV1,
  },
  {
    url: CREDENTIALS_V2,
    digest: 'bf6fd611e6773d58f649459a45dbbb81f94e8cfd058a756644cd5a4a882c4050',
    document: credentialsV2,
  },
  {
    url: 'https://www.w3.org/ns/credentials/undefined-terms/v2',
    digest: '3b11e1df8c618447e9f79f3737e3c30fc0841537eb95f36003742c633672bb9f',
    document: undefinedTermsV2,
  },
  {
    url: 'https://www.w3.org/ns/credentials/examples/v2',
    digest: '8a675bead391be98e6054c4e07c41f73337508d398e07047344c5d349aa2dc58',
    document: examplesV2,
  },
  {
    url: 'https://www.w3.org/ns/credentials/status/v1',
    digest: '1d5d557d174395f467c025726ff37da4b18e81d95e2a7e285d8e2158e5f889ce',
    document: statusListV1,
  },
  {
    url: 'https://w3id.org/security/data-integrity/v1',
    digest: '3d76dae0cd98b289312e02c08d6a7b746cb1c66da17d605067f10f697ea0a76c',
    document: dataIntegrityV1,
  },
  {
    url: 'https://w3id.org/security/data-integrity/v2',
    digest: 'be223c58c54657e930970f0d11f03caf7287bddc7be7e6f010855190c6b39c21',
    document: dataIntegrityV2,
  },
  {
    url: MULTIKEY_V1,
    digest: '91f130b30b6705ee65dfa8f86e74922a74aaa0d5fc8bb35427ec2d607d3ad3eb',
    document: multikeyV1,
  },
  {
    url: DID_V1,
    digest: '922d86fef06acc0754ef45a4d662c51b57dcd1c9dab3bbdc8d71da81285a5270',
    document: didV1,
  },
];

/** The digest by which a context is pinned. */
export function contextDigest(document: object): string {
  return createHash('sha256').update(JSON.stringify(document)).digest('hex');
}

/**
 * Contexts by URL, each checked against its digest.
 *
 * @param more what the deployment adds; it cannot replace a standard context
 * @throws CredentialError `context-digest-mismatch`, or `context-redefined` for a URL that is there already.
 *
 * @example
 * ```ts
 * const contexts = pinContexts([{ url: 'https://w3id.org/citizenship/v4rc1', digest, document }]);
 * ```
 */
export function pinContexts(more: readonly PinnedContext[] = []): ReadonlyMap<string, object> {
  const contexts = new Map<string, object>();
  for (const { url, digest, document } of [...STANDARD_CONTEXTS, ...more]) {
    if (contexts.has(url))
      throw new CredentialError('context-redefined', `The context ${url} is pinned already`);
    if (contextDigest(document) !== digest) {
      throw new CredentialError(
        'context-digest-mismatch',
        `The context ${url} is not the one that was pinned`,
      );
    }
    contexts.set(url, document);
  }
  return contexts;
}
