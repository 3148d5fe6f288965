import { DELIVERY } from './event-types.ts';

/** What receivers find at `/.well-known/ssf-configuration` (SSF 1.0 §7.1). */
export const transmitterMetadata = (issuer: string) => ({
  spec_version: '1_0',
  issuer,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  delivery_methods_supported: [DELIVERY.push, DELIVERY.poll],
  configuration_endpoint: `${issuer}/v1/streams`,
  status_endpoint: `${issuer}/v1/streams/status`,
  add_subject_endpoint: `${issuer}/v1/streams/subjects/add`,
  remove_subject_endpoint: `${issuer}/v1/streams/subjects/remove`,
  verification_endpoint: `${issuer}/v1/streams/verify`,
  critical_subject_members: ['user', 'session'],
  authorization_schemes: [{ spec_urn: 'urn:ietf:rfc:6749' }],
  default_subjects: 'ALL',
});
