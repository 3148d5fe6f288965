/** The JSON-LD context of what derived credentials add to the data model. */
export const COUNTERSIGN_CONTEXT_URL = 'urn:countersign:context:v1';

/** The document of {@link COUNTERSIGN_CONTEXT_URL}. Deployments pin it; it never changes. */
export const COUNTERSIGN_CONTEXT = {
  '@context': {
    '@protected': true,
    CountersignClaimSchema: 'urn:countersign:vocab:CountersignClaimSchema',
    predicates: { '@id': 'urn:countersign:vocab:predicates', '@type': '@json' },
  },
} as const;
