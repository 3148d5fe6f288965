import * as z from 'zod';
import { TENANT_NAME } from '../functions/platform/config.ts';
import { CountersignError } from '../functions/platform/errors.ts';
import type { CountersignProps } from './countersign.ts';
import type { Edge } from './wallet-edge.ts';

/** A deployment's settings are wrong. Code: `settings-invalid`. */
export class SettingsError extends CountersignError {
  override readonly name = 'SettingsError';
}

/** The settings of one stage: the properties of {@link Countersign} that are plain data. */
export type StageSettings = Omit<CountersignProps, 'alarmTopic' | 'geoData' | 'edge'> & {
  readonly stage: string;
  /**
   * A distribution with a firewall before the API: `false`, `true`, or how. Its web ACL is made in us-east-1, as the
   * stack `countersign-<stage>-edge`, unless you name your own.
   * @default true in stage `prod`, otherwise false
   */
  readonly edge?: boolean | EdgeSettings;
  /**
   * Region of the stage, for a stage with an edge: what is in another region can be referred to only by who knows its
   * own.
   * @default - the region that the CLI found, else us-east-1
   */
  readonly region?: string;
  /** ARN of an existing SNS topic that every alarm notifies. */
  readonly alarmTopicArn?: string;
};

/** A distribution before the API, as settings describe it. */
export type EdgeSettings = Partial<Edge> & {
  /**
   * Requests that one address may make in five minutes. Whole offices share one.
   * @default 3000
   */
  readonly requestsPerAddress?: number | undefined;
};

const nonEmpty = z.string().min(1);
const tenantName = z
  .string()
  .regex(TENANT_NAME, 'must be 1-64 letters, digits, dots, underscores or hyphens');

const settings = z.strictObject({
  mode: z.enum(['shadow', 'enforce']).optional(),
  fallbackOutcome: z
    .enum(['step_up', 'review', 'deny'], 'must be step_up, review or deny: a failure never allows')
    .optional(),
  threatFeed: z
    .string()
    .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/.+$/, 'must be s3://bucket/key')
    .optional(),
  serverLocations: z
    .array(
      z.strictObject({
        latitude: z.number().min(-90).max(90),
        longitude: z.number().min(-180).max(180),
      }),
    )
    .min(1)
    .max(32)
    .optional(),
  modelKeys: z
    .array(z.string().regex(/^[\w-]{43}$/, 'must be an Ed25519 public key in base64url'))
    .min(1)
    .max(8)
    .optional(),
  partnerBuses: z
    .array(z.string().regex(/^aws\.partner\/[\w.-]+\/.+$/, 'must be the full name of a partner event bus'))
    .optional(),
  producers: z
    .array(
      z.strictObject({
        account: z.string().regex(/^\d{12}$/, 'must be an account number of 12 digits'),
        sources: z
          .array(
            nonEmpty.refine(
              (source) => !/^(countersign$|aws\.)/.test(source),
              'must be neither countersign nor one of AWS',
            ),
          )
          .min(1),
      }),
    )
    .optional(),
  oidc: z
    .strictObject({
      issuer: z.url({ protocol: /^https$/, error: 'must be an https URL' }),
      audience: z.array(nonEmpty).min(1),
    })
    .optional(),
  tenants: z
    .strictObject({
      claim: nonEmpty.optional(),
      clients: z.record(z.string(), tenantName).optional(),
      sources: z.record(z.string(), tenantName).optional(),
      default: tenantName.optional(),
    })
    .optional(),
  corsOrigins: z.array(z.url({ protocol: /^https?$/, error: 'must be an origin' })).optional(),
  throttle: z.strictObject({ requestsPerSecond: z.int().positive(), burst: z.int().positive() }).optional(),
  verifier: z
    .strictObject({
      publicUrl: z.url({ protocol: /^https$/, error: 'must be an https URL' }).optional(),
      clientIdPrefix: z
        .enum(['decentralized_identifier', 'x509_san_dns', 'x509_hash', 'redirect_uri'])
        .optional(),
      did: z.string().startsWith('did:', 'must be a DID').optional(),
      certificates: z.array(z.base64('must be base64 DER')).optional(),
      remoteHosts: z
        .array(z.string().regex(/^[a-z0-9.-]+(:\d+)?$|^loopback$/, 'must be a host, with its port or not'))
        .optional(),
      unavailableStatus: z.enum(['refuse', 'report']).optional(),
      zkKeysAcknowledged: nonEmpty.optional(),
      pseudonymScopes: z
        .record(
          z
            .string()
            .regex(/^[\w.:/-]{1,128}$/, 'must be a name of letters, digits and ._:/-')
            .refine((name) => name !== 'wallet', "is Countersign's own"),
          nonEmpty.max(200),
        )
        .optional(),
      vcApiChecks: z
        .array(z.enum(['proof', 'validity', 'status', 'holder', 'trust']))
        .min(1)
        .optional(),
      appOrigins: z
        .array(z.url({ protocol: /^https?$/, error: 'must be an origin' }).or(z.literal('loopback')))
        .optional(),
    })
    .optional(),
  signals: z
    .strictObject({
      subjectIssuer: z.url().optional(),
      pushHosts: z
        .array(z.string().regex(/^(\*\.)?[a-z0-9.-]+$/, 'must be a host name, *. before it for all below it'))
        .optional(),
      transmitters: z
        .array(
          z.strictObject({
            issuer: nonEmpty,
            audience: nonEmpty,
            tenant: nonEmpty,
            jwks: z.object({
              keys: z.array(z.looseObject({ kty: z.enum(['RSA', 'EC'], 'must be RSA or EC') })).min(1),
            }),
          }),
        )
        .refine(
          (list) => JSON.stringify(list).length <= 3000,
          'are too many for the environment of a function',
        )
        .optional(),
    })
    .optional(),
  edge: z
    .boolean()
    .or(
      z
        .strictObject({
          webAclArn: z
            .string()
            .regex(
              /^arn:aws[\w-]*:wafv2:us-east-1:\d{12}:global\/webacl\//,
              'must be the ARN of a web ACL of scope CLOUDFRONT, which lives in us-east-1',
            )
            .optional(),
          domainName: z
            .string()
            .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'must be a host name')
            .optional(),
          certificateArn: z
            .string()
            .regex(/^arn:aws[\w-]*:acm:us-east-1:/, 'must be the ARN of a certificate in us-east-1')
            .optional(),
          requestsPerAddress: z.int().min(10).max(2_000_000_000).optional(),
        })
        .refine(
          ({ domainName, certificateArn }) => (domainName === undefined) === (certificateArn === undefined),
          'must have domainName and certificateArn together',
        ),
    )
    .optional(),
  region: z
    .string()
    .regex(/^[a-z]{2,}(-[a-z]+)+-\d$/, 'must be a region')
    .optional(),
  deadlines: z
    .strictObject({
      reviewHours: z.number().positive().max(720).optional(),
      disputeDays: z.number().positive().max(90).optional(),
    })
    .optional(),
  archiveDays: z
    .int()
    .min(1)
    .max(7, 'must be at most 7: nobody is told that events are kept longer')
    .optional(),
  logDays: z.literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731]).optional(),
  logLevel: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']).optional(),
  retain: z.boolean().optional(),
  alarmTopicArn: z.string().startsWith('arn:', 'must be the ARN of an SNS topic').optional(),
});

const STAGE_NAME = /^[a-z][a-z0-9-]{0,19}$/;

/** The stages that need no word in the context. `local` is `dev` with the partner buses of the fixtures. */
const PRESETS: Readonly<Record<string, z.infer<typeof settings>>> = {
  dev: {},
  prod: {},
  local: {
    partnerBuses: [
      'aws.partner/auth0.com/countersign-demo/logs',
      'aws.partner/okta.com/countersign-demo/logs',
    ],
    verifier: { appOrigins: ['loopback'], remoteHosts: ['loopback'] },
  },
};

/** What `-c key=value` passes is text; what `cdk.json` holds is not. */
const parsed = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new SettingsError('settings-invalid', 'The context "countersign" is not JSON');
  }
};

const settingsOf = (stage: string, value: unknown): StageSettings => {
  if (!STAGE_NAME.test(stage)) {
    throw new SettingsError(
      'settings-invalid',
      'The name of a stage is 1-20 lower-case letters, digits and hyphens and begins with a letter',
    );
  }
  const result = settings.safeParse(value);
  if (!result.success) {
    const fields = result.error.issues.map((issue) => ({
      field: ['countersign', stage, ...issue.path].join('.'),
      problem: issue.message,
    }));
    throw new SettingsError(
      'settings-invalid',
      `The context is wrong:\n${fields.map(({ field, problem }) => `  ${field} ${problem}`).join('\n')}`,
      { fields },
    );
  }
  if (stage === 'local' && result.data.edge)
    throw new SettingsError(
      'settings-invalid',
      'Stage local has no edge: there is no CloudFront on one machine',
      {
        fields: [{ field: 'countersign.local.edge', problem: 'must be left out' }],
      },
    );
  return { ...(result.data as Omit<StageSettings, 'stage'>), stage };
};

/**
 * Reads which stages to synthesize, and their settings, from the CDK context.
 *
 * `stage` names one stage; without it `dev`, `prod` and every other stage of `countersign` are made, but never
 * `local`. `countersign` maps stages to settings, in `cdk.json` or as JSON on the command line.
 *
 * @throws SettingsError `settings-invalid`, naming every wrong setting.
 * @example
 * ```ts
 * stagesOf({ countersign: { prod: { mode: 'enforce' } } }); // dev and prod
 * stagesOf({ stage: 'local' });
 * ```
 */
export const stagesOf = (context: { stage?: unknown; countersign?: unknown }): readonly StageSettings[] => {
  const given = parsed(context.countersign) ?? {};
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new SettingsError(
      'settings-invalid',
      'The context "countersign" must map stages to their settings',
    );
  }
  const known = new Map<string, object>(Object.entries(PRESETS));
  for (const [stage, own] of Object.entries(given)) {
    if (typeof own !== 'object' || own === null) settingsOf(stage, own);
    known.set(stage, { ...known.get(stage), ...own });
  }
  if (context.stage === undefined) {
    return [...known].filter(([stage]) => stage !== 'local').map(([stage, own]) => settingsOf(stage, own));
  }
  const own = known.get(String(context.stage));
  if (own === undefined) {
    const names = [...known.keys()].join(', ');
    throw new SettingsError('settings-invalid', `No stage has that name. The context knows: ${names}`);
  }
  return [settingsOf(String(context.stage), own)];
};
