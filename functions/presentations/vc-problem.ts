import { CountersignError } from '../platform/index.ts';

/** A problem as the VC Data Model 2.0 (§7.2), Data Integrity and Bitstring Status List name them. */
export interface VcProblem {
  readonly type: string;
  readonly title: string;
  readonly detail: string;
}

const TYPES = {
  PARSING_ERROR: ['https://www.w3.org/TR/vc-data-model#PARSING_ERROR', 'Parsing error'],
  CRYPTOGRAPHIC_SECURITY_ERROR: [
    'https://www.w3.org/TR/vc-data-model#CRYPTOGRAPHIC_SECURITY_ERROR',
    'Cryptographic security error',
  ],
  MALFORMED_VALUE_ERROR: ['https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR', 'Malformed value'],
  RANGE_ERROR: ['https://www.w3.org/TR/vc-data-model#RANGE_ERROR', 'Value out of range'],
  PROOF_VERIFICATION_ERROR: [
    'https://w3id.org/security#PROOF_VERIFICATION_ERROR',
    'Proof verification error',
  ],
  INVALID_DOMAIN_ERROR: ['https://w3id.org/security#INVALID_DOMAIN_ERROR', 'Invalid domain'],
  INVALID_CHALLENGE_ERROR: ['https://w3id.org/security#INVALID_CHALLENGE_ERROR', 'Invalid challenge'],
  STATUS_VERIFICATION_ERROR: [
    'https://www.w3.org/ns/credentials/status-list#STATUS_VERIFICATION_ERROR',
    'The status speaks against the credential',
  ],
  STATUS_RETRIEVAL_ERROR: [
    'https://www.w3.org/ns/credentials/status-list#STATUS_RETRIEVAL_ERROR',
    'The status cannot be read',
  ],
  STATUS_LIST_LENGTH_ERROR: [
    'https://www.w3.org/ns/credentials/status-list#STATUS_LIST_LENGTH_ERROR',
    'The status list is too short',
  ],
  SCHEMA_RETRIEVAL_ERROR: ['urn:countersign:problem:schema-unavailable', 'The schema cannot be evaluated'],
  RESOURCE_RETRIEVAL_ERROR: ['urn:countersign:problem:resource-unavailable', 'A resource cannot be read'],
  HOLDER_BINDING_ERROR: ['urn:countersign:problem:holder-binding', 'Not shown by its holder'],
  TRUST_ERROR: ['urn:countersign:problem:issuer-not-trusted', 'The issuer is not trusted for this type'],
} as const;

/** Makes a problem of a known type. */
export const vcProblem = (name: keyof typeof TYPES, detail: string): VcProblem => {
  const [type, title] = TYPES[name];
  return { type, title, detail };
};

/** The type of problem that an error's code stands for. */
const BY_CODE: Readonly<Record<string, keyof typeof TYPES>> = {
  'document-malformed': 'MALFORMED_VALUE_ERROR',
  'context-refused': 'MALFORMED_VALUE_ERROR',
  'token-malformed': 'PARSING_ERROR',
  'token-too-large': 'PARSING_ERROR',
  'document-too-large': 'PARSING_ERROR',
  'type-refused': 'MALFORMED_VALUE_ERROR',
  'not-yet-valid': 'RANGE_ERROR',
  expired: 'RANGE_ERROR',
  'challenge-mismatch': 'INVALID_CHALLENGE_ERROR',
  'domain-mismatch': 'INVALID_DOMAIN_ERROR',
  'holder-mismatch': 'HOLDER_BINDING_ERROR',
  'holder-unbound': 'HOLDER_BINDING_ERROR',
  'credential-revoked': 'STATUS_VERIFICATION_ERROR',
  'credential-suspended': 'STATUS_VERIFICATION_ERROR',
  'status-malformed': 'MALFORMED_VALUE_ERROR',

  'status-list-short': 'STATUS_LIST_LENGTH_ERROR',
  'status-out-of-range': 'RANGE_ERROR',
  'status-unavailable': 'STATUS_RETRIEVAL_ERROR',
  'proof-invalid': 'PROOF_VERIFICATION_ERROR',
};

/** An error as a problem. What is not ours to explain is a cryptographic one, without its words. */
export const problemOf = (error: unknown): VcProblem => {
  if (!(error instanceof CountersignError))
    return vcProblem('CRYPTOGRAPHIC_SECURITY_ERROR', 'The document could not be verified');
  const fields = error.fields.map(({ field, problem }) => `${field} ${problem}`.trim()).join('; ');
  const type = Object.hasOwn(BY_CODE, error.code) ? BY_CODE[error.code]! : 'CRYPTOGRAPHIC_SECURITY_ERROR';
  return vcProblem(type, fields === '' ? error.message : `${error.message}: ${fields}`);
};
