import * as z from 'zod';
import { CountersignError } from './errors.ts';

/** What a tenant's name may look like; it becomes part of keys. */
export const TENANT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const tenantName = z.string().regex(TENANT_NAME);

/** Who belongs to which tenant (design §3, time and tenancy). */
const tenants = z.strictObject({
  /** Name of the token's claim that states the tenant. */
  claim: z.string().default('tenant'),
  /** Tenant by OAuth client id, where the token has no such claim. */
  clients: z.record(z.string(), tenantName).default({}),
  /** Tenant by EventBridge source. */
  sources: z.record(z.string(), tenantName).default({}),
  default: tenantName.default('default'),
});

/** The tenant map of a deployment. */
export type Tenants = z.infer<typeof tenants>;

const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'is not JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

/** Every variable that a function's environment may hold; each handler picks what it needs. */
const variables = {
  DECISIONS_TABLE: z.string().min(1),
  BASELINES_TABLE: z.string().min(1),
  BUS_NAME: z.string().min(1),
  REJECTED_QUEUE_URL: z.url(),
  PSEUDONYM_SECRET_ARN: z.string().min(1),
  MODE: z.enum(['shadow', 'enforce']).default('shadow'),
  /** What to decide when a part fails. `allow` is not on the list: nothing is ever silently allowed. */
  FALLBACK_OUTCOME: z.enum(['step_up', 'review', 'deny']).default('step_up'),
  GEO_DIR: z.string().min(1),
  /** Where the threat feed is: `s3://bucket/key`, or a path. */
  THREAT_FEED: z.string().min(1).optional(),
  /** Latitudes and longitudes, degrees, of where applications measure round-trip times: `50.1,8.7 40.7,-74`. */
  SERVER_LOCATIONS: z
    .string()
    .regex(/^(-?\d{1,2}(\.\d+)?,-?\d{1,3}(\.\d+)?( |$))+$/)
    .transform((text) =>
      text.split(' ').map((place) => {
        const [latitude, longitude] = place.split(',').map(Number) as [number, number];
        return { latitude, longitude };
      }),
    )
    .optional(),
  /** Public keys that may sign the risk model, Ed25519, base64url, with commas between. */
  MODEL_KEYS: z
    .string()
    .regex(/^[\w-]{43}(,[\w-]{43})*$/)
    .transform((text) => text.split(','))
    .optional(),
  TENANTS: json(tenants).default({ claim: 'tenant', clients: {}, sources: {}, default: 'default' }),
  UNBOUND_TENANTS: z.stringbool().default(false),
  PRESENTATIONS_TABLE: z.string().min(1),
  WALLETS_TABLE: z.string().min(1),
  /** Scopes under which apps may ask for pseudonyms, each with words for the person. */
  PSEUDONYM_SCOPES: json(z.record(z.string().regex(/^[\w.:/-]{1,128}$/), z.string().min(1).max(200))).default(
    {},
  ),
  /** Where answers of wallets are announced. */
  ANSWERED_QUEUE_URL: z.url(),
  REVIEWS_TABLE: z.string().min(1),
  LOG_TABLE: z.string().min(1),
  /** Delivery stream by which the log leaves for its archive. */
  ARCHIVE_STREAM: z.string().min(1),
  POLICIES_TABLE: z.string().min(1),
  /** Hours until a review that nobody decided is denied; days until a dispute is overdue. */
  REVIEW_HOURS: z.coerce.number().positive().max(720).default(24),
  DISPUTE_DAYS: z.coerce.number().positive().max(90).default(14),
  ISSUERS_TABLE: z.string().min(1),
  /** Base URL under which wallets reach the API. */
  PUBLIC_URL: z.url(),
  /** The secret that a distribution before the API adds to each request; absent, there is none. */
  EDGE_SECRET_ARN: z.string().min(1).optional(),
  SIGNING_KEY_ARN: z.string().min(1),
  /** Certificate of the signing key and its chain, leaf first, base64 DER. */
  SIGNING_CERTIFICATES: json(z.array(z.string().min(1))).default([]),
  /** The verifier's DID; absent, the signing key itself is the DID. */
  VERIFIER_DID: z.string().startsWith('did:').optional(),
  CLIENT_ID_PREFIX: z
    .enum(['decentralized_identifier', 'x509_san_dns', 'x509_hash', 'redirect_uri'])
    .default('decentralized_identifier'),
  /** Names the deployment; `prod` takes no keys of a development ceremony. */
  STAGE: z.string().min(1),
  /** What an operator writes to take them all the same. */
  ZK_KEYS_ACKNOWLEDGED: z.string().optional(),
  /** Hosts whose status lists and DID documents are read; `loopback` is this machine. */
  REMOTE_HOSTS: json(z.array(z.string().min(1))).default([]),
  /** What to do with a credential of whose status nothing is known. */
  UNAVAILABLE_STATUS: z.enum(['refuse', 'report']).default('refuse'),
  /** Checks that must pass at the W3C verifier interface where a caller names none. */
  VC_API_CHECKS: json(z.array(z.enum(['proof', 'validity', 'status', 'holder', 'trust'])).min(1)).default([
    'proof',
    'validity',
    'status',
    'holder',
  ]),
  /** Origins of apps' pages; `loopback` is any port of this machine. */
  APP_ORIGINS: json(z.array(z.string().min(1))).default([]),
  SESSIONS_TABLE: z.string().min(1),
  STREAMS_TABLE: z.string().min(1),
  SESSIONS_QUEUE_URL: z.url(),
  /** Who knows subjects by their identifiers: `iss` of subjects in security events. */
  SUBJECT_ISSUER: z.string().min(1),
  TRANSMIT_QUEUE_URL: z.url(),
  UNDELIVERABLE_QUEUE_URL: z.url(),
  /** Hosts that security events may be pushed to, `*.` before one for all below it; empty for any public one. */
  PUSH_HOSTS: json(z.array(z.string().min(1))).default([]),
  /** Whether receivers on this machine may be pushed to, without TLS: local mode's. */
  PUSH_LOOPBACK: z.stringbool().default(false),
  /** Whose security events are believed, with their keys. */
  SIGNAL_TRANSMITTERS: json(
    z.array(
      z.object({
        issuer: z.string().min(1),
        audience: z.string().min(1),
        tenant: z.string().min(1),
        jwks: z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) }),
      }),
    ),
  ).default([]),
} as const;

/** The name of a known environment variable. */
export type Variable = keyof typeof variables;

/**
 * Reads and checks the named environment variables.
 *
 * @throws CountersignError `config-invalid`, naming every variable that is missing or wrong.
 * @example
 * ```ts
 * const { BUS_NAME } = configOf(process.env, ['BUS_NAME']);
 * ```
 */
export const configOf = <const V extends Variable>(
  environment: Record<string, string | undefined>,
  names: readonly V[],
): { readonly [K in V]: z.infer<(typeof variables)[K]> } => {
  const shape = Object.fromEntries(names.map((name) => [name, variables[name]]));
  const result = z.object(shape).safeParse(environment);
  if (!result.success) {
    const fields = result.error.issues.map((issue) => ({
      field: issue.path.join('.'),
      problem: issue.message,
    }));
    const named = fields.map((field) => field.field).join(', ');
    throw new CountersignError('config-invalid', `The environment is wrong at: ${named}`, { fields });
  }
  return result.data as { readonly [K in V]: z.infer<(typeof variables)[K]> };
};
