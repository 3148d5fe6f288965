import type { Content, Operations } from './operation.ts';

const VERIFIES = {
  scopes: ['present'],
  tag: 'Presentations',
  query: ['tenant'],
  problems: {
    400: ['body-not-json', 'tenant-invalid'],
    403: ['tenant-mismatch'],
    413: ['body-too-large'],
    415: ['media-type-unsupported'],
  },
} as const;

const result = (schema: NonNullable<Content['schema']>, description: string): Content => ({
  description,
  schema,
});

const credential = {
  '@context': ['https://www.w3.org/ns/credentials/v2'],
  type: ['VerifiableCredential'],
  issuer: 'did:key:z6Mk…',
  credentialSubject: { id: 'did:key:z6Mk…' },
  proof: { type: 'DataIntegrityProof', cryptosuite: 'eddsa-rdfc-2022', proofValue: 'z…' },
};

/** The W3C's verifier interface (VC API). */
export const VC_API_OPERATIONS: Operations = {
  'POST /credentials/verify': {
    ...VERIFIES,
    id: 'verifyCredential',
    summary: 'Verify a credential',
    description: '`options.checks` names the checks that must pass; all are reported.',
    body: {
      description: 'The credential',
      schema: 'VerifyCredential',
      example: { verifiableCredential: credential, options: { checks: ['proof', 'validity', 'trust'] } },
    },
    answers: {
      200: result('CredentialVerified', 'All checks that must pass did'),
      400: result('CredentialVerified', 'One that must pass did not, or the body could not be read'),
    },
  },
  'POST /presentations/verify': {
    ...VERIFIES,
    id: 'verifyPresentation',
    summary: 'Verify a presentation, and the credentials in it',
    body: {
      description: 'The presentation, and the challenge that it answers',
      schema: 'VerifyPresentation',
      example: {
        verifiablePresentation: {
          '@context': ['https://www.w3.org/ns/credentials/v2'],
          type: ['VerifiablePresentation'],
          verifiableCredential: [credential],
        },
        options: { challenge: '3f8a…', domain: 'shop.example' },
      },
    },
    answers: {
      200: result(
        'PresentationVerified',
        'All checks that must pass did, of the presentation and of its credentials',
      ),
      400: result('PresentationVerified', 'One that must pass did not, or the body could not be read'),
    },
    problems: { ...VERIFIES.problems, 400: [...VERIFIES.problems[400], 'challenge-missing'] },
  },
};
