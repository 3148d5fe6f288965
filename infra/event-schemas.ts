/**
 * The events of the bus as JSON Schema, for those who write or read them. Written in the keywords that Draft 4
 * and today's drafts share, since the schema registry of EventBridge takes Draft 4: no `const`, no `examples`.
 */

/** A JSON Schema in the keywords shared by Draft 4 and 2020-12. */
export interface EventSchema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, EventSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | EventSchema;
  readonly items?: EventSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
}

const text = (description: string, maxLength?: number): EventSchema => ({
  type: 'string',
  description,
  minLength: 1,
  ...(maxLength === undefined ? {} : { maxLength }),
});

const oneOf = (...values: readonly string[]): EventSchema => ({ type: 'string', enum: values });

const record = (
  properties: Readonly<Record<string, EventSchema>>,
  required: readonly string[],
  description?: string,
): EventSchema => ({
  type: 'object',
  ...(description === undefined ? {} : { description }),
  properties,
  // Draft 4 takes no empty list.
  ...(required.length > 0 ? { required } : {}),
});

const envelope = (title: string, source: EventSchema, detail: EventSchema): EventSchema => ({
  title,
  ...record({ source, 'detail-type': { type: 'string', enum: [title] }, detail }, [
    'source',
    'detail-type',
    'detail',
  ]),
});

const metadata = (required: readonly string[]): EventSchema =>
  record(
    {
      id: text('Identity of the event within its tenant. A repeat bears the same one.', 256),
      version: oneOf('1'),
      time: { type: 'string', format: 'date-time', description: 'When it happened' },
      tenant: text('Whom it belongs to'),
      correlationId: text('The same on all events of one story'),
    },
    required,
  );

const identified = (description: string, more: Readonly<Record<string, EventSchema>> = {}): EventSchema =>
  record({ id: text('Identifier'), ...more }, ['id'], description);

const authenticationObserved = envelope(
  'Authentication Observed',
  { type: 'string', minLength: 1, description: "The producer's own source, never countersign" },
  record(
    {
      metadata: metadata(['id']),
      data: record(
        {
          subject: record(
            {
              id: text("The account's identifier at the producer. Countersign keeps a pseudonym of it"),
              kind: oneOf('person', 'service', 'agent', 'device'),
              roles: { type: 'array', items: text('Name of a role') },
              onBehalfOf: { type: ['string', 'null'], description: 'Id of whom an agent acts for' },
            },
            ['id'],
          ),
          action: oneOf(
            'sign_in',
            'second_factor',
            'token',
            'session_activity',
            'resource_access',
            'sign_out',
          ),
          outcome: oneOf('success', 'failure', 'challenged'),
          failureReason: oneOf(
            'bad_credentials',
            'unknown_subject',
            'second_factor_failed',
            'second_factor_denied',
            'locked',
            'blocked',
            'leaked_credential',
            'policy',
            'other',
          ),
          factors: {
            type: 'array',
            items: oneOf(
              'password',
              'otp',
              'totp',
              'push',
              'sms',
              'email',
              'phone_call',
              'passkey',
              'security_key',
              'biometric',
              'certificate',
              'federated',
              'recovery_code',
              'remembered_device',
              'client_secret',
              'access_key',
              'refresh_token',
              'unknown_second_factor',
            ),
          },
          network: record(
            {
              ip: text('IPv4 or IPv6 address of the client'),
              roundTripMs: { type: 'number', minimum: 0, description: 'Measured round trip, ms' },
            },
            ['ip'],
          ),
          agent: record(
            {
              userAgent: { type: 'string', description: 'Agent string as sent' },
              deviceId: text('Stable identifier of the device'),
            },
            [],
          ),
          application: identified('The application signed in to'),
          session: identified('The session begun or used'),
          resource: identified('What was accessed', { sensitivity: oneOf('low', 'medium', 'high') }),
          evidence: {
            type: 'array',
            description: 'What the application knows besides: a liveness check, a leaked credential',
            items: record(
              {
                type: text('What kind of evidence'),
                score: { type: 'number', minimum: 0, maximum: 1 },
                issuer: text('Who found it'),
              },
              ['type'],
            ),
          },
        },
        ['subject', 'action', 'outcome'],
      ),
    },
    ['metadata', 'data'],
  ),
);

const codes = (description: string): EventSchema => ({
  type: 'array',
  description,
  items: { type: 'string' },
});

const decision = record(
  {
    eventId: text('metadata.id of the event decided'),
    subject: text('Keyed pseudonym of the subject'),
    score: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      description:
        'Probability that it is not the owner of the account: sigmoid(base + sum of contributions)',
    },
    level: oneOf('low', 'medium', 'high'),
    outcome: { ...oneOf('allow', 'step_up', 'review', 'deny'), description: 'What policy decided' },
    mode: { ...oneOf('shadow', 'enforce'), description: 'shadow: do not act on the outcome' },
    base: { type: 'number', description: 'Log-odds before any evidence' },
    reasons: {
      type: 'array',
      description: 'Every term that is not zero, largest effect first',
      items: record(
        {
          code: text('Detection code'),
          contribution: { type: 'number', description: 'Log-odds added; negative is trust' },
          observed: { type: 'string', description: 'What this event showed' },
          usual: { type: 'string', description: 'What is usual for the subject' },
          text: { type: 'string', description: 'Safe for the subject to read' },
        },
        ['code', 'contribution', 'text'],
      ),
    },
    policy: record({ determining: codes('Ids of the policies that determined the outcome') }, [
      'determining',
    ]),
    baseline: record(
      { maturity: oneOf('none', 'learning', 'established'), events: { type: 'number', minimum: 0 } },
      ['maturity', 'events'],
    ),
    model: record({ id: text('Name of the model'), digest: text('Digest of its file') }, ['id', 'digest']),
    evaluators: record(
      {
        ran: codes('Signals that were evaluated'),
        skipped: {
          type: 'array',
          items: record({ code: text('Signal'), why: text('Why it could not be evaluated') }, [
            'code',
            'why',
          ]),
        },
      },
      ['ran', 'skipped'],
    ),
    degraded: codes('Parts that failed, so that the configured fallback decided'),
    time: { type: 'string', format: 'date-time', description: 'When the event happened' },
    decidedAt: { type: 'string', format: 'date-time', description: 'When it was decided' },
  },
  [
    'eventId',
    'subject',
    'score',
    'level',
    'outcome',
    'mode',
    'base',
    'reasons',
    'policy',
    'baseline',
    'model',
    'evaluators',
    'time',
    'decidedAt',
  ],
);

const riskAssessed = envelope(
  'Risk Assessed',
  oneOf('countersign'),
  record({ metadata: metadata(['id', 'version', 'time', 'tenant']), data: decision }, ['metadata', 'data']),
);

/** The schema of each event that the bus carries, by detail-type. Countersign's own are those of source `countersign`. */
export const EVENT_SCHEMAS = {
  'Authentication Observed': authenticationObserved,
  'Risk Assessed': riskAssessed,
} as const satisfies Record<string, EventSchema>;

/**
 * A schema as the registry takes it: Draft 4, named as such.
 *
 * @example
 * ```ts
 * draft4(EVENT_SCHEMAS['Risk Assessed']).$schema; // 'http://json-schema.org/draft-04/schema#'
 * ```
 */
export const draft4 = (schema: EventSchema): EventSchema & { readonly $schema: string } => ({
  $schema: 'http://json-schema.org/draft-04/schema#',
  ...schema,
});
