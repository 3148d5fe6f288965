import type { SchemaName } from './schemas.ts';

/** A scope of the token that a route asks for, without its prefix `countersign/`. */
export type Scope = 'evaluate' | 'present' | 'operate' | 'stream';

/** Something that is sent or answered. */
export interface Content {
  /** `none` has no body. @default 'application/json' */
  readonly type?: string;
  /** What it looks like; text where absent. */
  readonly schema?: SchemaName;
  readonly description: string;
  /** Checked against the schema by a test. */
  readonly example?: unknown;
}

/** One route, as its room describes it. What all routes have in common is added by {@link openApi}. */
export interface Operation {
  readonly id: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  /** The caller's token bears one of these at least; empty: no token is asked for. */
  readonly scopes: readonly Scope[];
  /** What each parameter of the path is. */
  readonly path?: Readonly<Record<string, string>>;
  /** Names of {@link QUERY_PARAMETERS}. */
  readonly query?: readonly QueryParameter[];
  readonly body?: Content;
  readonly answers: Readonly<Record<number, Content>>;
  /** Codes of problems by status: the last part of a problem's `type`. */
  readonly problems?: Readonly<Record<number, readonly string[]>>;
  /** In which words errors are told. @default 'problem' */
  readonly errors?: 'problem' | 'oauth' | 'set' | 'page';
}

/** Operations by route, `METHOD /path/{parameter}`. */
export type Operations = Readonly<Record<string, Operation>>;

/** Chapters of the document. */
export const TAGS = {
  Decisions: 'Apps: what an event means, and what to do about it',
  Presentations: 'Apps: ask a wallet to prove something, and read what it proved',
  Wallets: 'Wallets: read a request, answer it (OpenID for Verifiable Presentations 1.0)',
  'Enrolled wallets': 'Apps and operators: whose wallets are whose',
  'Trusted issuers': 'Operators: whose credentials count',
  People: 'People have their say: feedback, reviews, disputes',
  Policies: 'Operators: what decides, without a deployment',
  'Shared Signals': 'Receivers and transmitters of security events (SSF 1.0, CAEP, RISC)',
  Documents: 'What everybody may read',
} as const;
export type Tag = keyof typeof TAGS;

/** Parameters of the query, by name. */
export const QUERY_PARAMETERS = {
  tenant: {
    description: "Must be the token's own tenant. Only a development token, which has none, may choose.",
    schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$' },
  },
  response_code: {
    description:
      'The code that the wallet brought to `return_uri`. Without it a request of the same-device flow stays `pending`.',
    schema: { type: 'string' },
  },
  subject: {
    description: 'The subject, as the application names it',
    schema: { type: 'string', minLength: 1, maxLength: 256 },
  },
  stream_id: { description: 'Which stream', schema: { type: 'string' } },
  state: {
    description: 'Which reviews',
    schema: { type: 'string', enum: ['open', 'closed'], default: 'open' },
  },
  limit: {
    description: 'How many at most',
    schema: { type: 'integer', minimum: 1, maximum: 100, default: 25 },
  },
  after: { description: '`next` of the page before', schema: { type: 'string', maxLength: 400 } },
} as const;
export type QueryParameter = keyof typeof QUERY_PARAMETERS;
