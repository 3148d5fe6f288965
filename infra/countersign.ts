import { join } from 'node:path';
import { CfnOutput, Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { type EventBus, Match, Rule } from 'aws-cdk-lib/aws-events';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ApiDescription } from './api-description.ts';
import { ROOT } from './bundle.ts';
import { Completion } from './completion.ts';
import { ContinuousValidation, type Signals } from './continuous-validation.ts';
import { DecisionLog } from './decision-log.ts';
import { DefaultIssuer } from './default-issuer.ts';
import { Encryption } from './encryption.ts';
import { Enrolment } from './enrolment.ts';
import { Forwarding } from './forwarding.ts';
import { Functions } from './functions.ts';
import { feedIn, GeoLayer } from './geo-layer.ts';
import { Api, type Issuer, type Throttle } from './http-api.ts';
import { IdentityBus, OWN_SOURCE, type Producer } from './identity-bus.ts';
import { MonitoredQueue } from './monitored-queue.ts';
import { type Deadlines, People } from './people.ts';
import { PolicyManagement } from './policy-management.ts';
import { PseudonymSecret } from './pseudonym-secret.ts';
import { toFunction } from './rule-targets.ts';
import { SchemaRegistry } from './schema-registry.ts';
import { Settlement } from './settlement.ts';
import { SigningKey } from './signing-key.ts';
import { Sweeping } from './sweeping.ts';
import { Tables } from './tables.ts';
import { type Edge, WalletEdge } from './wallet-edge.ts';
import { WorkQueue } from './work-queue.ts';
import { checkZkKeys } from './zk-keys.ts';

/** Which tenant a caller or a source belongs to. */
export interface TenantMap {
  /** Name of the token's claim that states the tenant. @default 'tenant' */
  readonly claim?: string;
  /** Tenant by OAuth client id, where a token has no such claim. @default {} */
  readonly clients?: Readonly<Record<string, string>>;
  /** Tenant by EventBridge source. @default {} */
  readonly sources?: Readonly<Record<string, string>>;
  /** Tenant of everybody else. @default 'default' */
  readonly default?: string;
}

/** How the deployment appears to wallets. */
export interface Verifier {
  /**
   * Base URL under which wallets reach the API, where a domain or a distribution stands before it.
   * @default - the API's own
   */
  readonly publicUrl?: string;
  /**
   * How wallets learn who asks, unless a request says otherwise. The `x509_` ones need {@link certificates}.
   * @default 'decentralized_identifier'
   */
  readonly clientIdPrefix?: 'decentralized_identifier' | 'x509_san_dns' | 'x509_hash' | 'redirect_uri';
  /**
   * The verifier's DID. A did:web of the public URL's host is served at its well-known place.
   * @default - a did:jwk of the signing key
   */
  readonly did?: string;
  /**
   * Certificate of the signing key and its chain, leaf first, base64 DER.
   * @default []
   */
  readonly certificates?: readonly string[];
  /**
   * Origins of apps' pages: wallets return there, and the browser's API may be called there. `loopback` is any
   * port of the same machine.
   * @default [] - none
   */
  readonly appOrigins?: readonly string[];
  /**
   * Hosts, with a port where it is not 443, whose status lists and DID documents are read. No other is called.
   * @default [] - none: a credential with a status has one that is unavailable
   */
  readonly remoteHosts?: readonly string[];
  /**
   * Whether a credential of whose status nothing is known is refused, or accepted and reported as such.
   * @default 'refuse'
   */
  readonly unavailableStatus?: 'refuse' | 'report';
  /**
   * `development-keys-allow-forged-proofs` lets stage `prod` verify zero-knowledge proofs under the keys of a
   * development ceremony. Whoever made those can forge.
   * @default - stage `prod` refuses such proofs, and the synthesis warns of it
   */
  readonly zkKeysAcknowledged?: string;
  /**
   * Scopes under which apps may ask for pseudonyms, each with what it is for, in words that continue "a name for you
   * that …": people read them before they answer.
   * @default {} - none: pseudonyms are used for enrolled wallets only
   */
  readonly pseudonymScopes?: Readonly<Record<string, string>>;
  /**
   * Checks that must pass at the W3C verifier interface where a caller names none.
   * @default ['proof', 'validity', 'status', 'holder'] - all but trust
   */
  readonly vcApiChecks?: readonly ('proof' | 'validity' | 'status' | 'holder' | 'trust')[];
}

/** What may be set of {@link Countersign}. Nothing must be. */
export interface CountersignProps {
  /**
   * Names the stage, and with it the bus (`countersign-<stage>`), the functions and the logs. One account and
   * region can hold several. In stage `local` tokens may be unbound to a tenant: never deploy it.
   * @default 'dev'
   */
  readonly stage?: string;
  /**
   * Whether apps are to act on outcomes. In `shadow` decisions are made, and say that they are not to be acted on.
   * @default 'shadow'
   */
  readonly mode?: 'shadow' | 'enforce';
  /**
   * What is decided when model, policy or store fails. It cannot be `allow`.
   * @default 'step_up'
   */
  readonly fallbackOutcome?: 'step_up' | 'review' | 'deny';
  /**
   * `s3://bucket/key` of a threat feed, as `functions/signals/feeds/import-stix.ts` makes one. It is looked for every
   * five minutes, so an upload is enough to change it. The bucket is yours; under a KMS key of your own, let the score
   * function use that too.
   * @default - `threat-feed.json` in the geo layer, if the import put one there
   */
  readonly threatFeed?: string;
  /**
   * Every place where applications measure the round-trip times that they report, degrees: of several, the nearest to
   * the client's address counts.
   * @default - not known: round trips are not evaluated
   */
  readonly serverLocations?: readonly { readonly latitude: number; readonly longitude: number }[];
  /**
   * Public keys that may sign the risk model: `npm run sign-model` makes a key, signs, and prints the public half. The
   * functions refuse a model that bears no signature of one of these; evaluations then fall back.
   * @default - the development key, whose private half is published: it shows that a model is whole, not who made it
   */
  readonly modelKeys?: readonly string[];
  /**
   * Partner event buses to take events from, by their full names (`aws.partner/okta.com/…`), each already
   * associated with its event source in this account and region.
   * @default []
   */
  readonly partnerBuses?: readonly string[];
  /**
   * Other accounts that may put events on the bus, and under which sources.
   * @default [] - this account only, by its roles' own policies
   */
  readonly producers?: readonly Producer[];
  /**
   * Who issues the tokens of apps and operators.
   * @default - a Cognito user pool is made, with a machine client for apps and one for operators
   */
  readonly oidc?: Issuer;
  /**
   * To which tenant callers and sources belong.
   * @default - the token's claim `tenant`, else the tenant `default`
   */
  readonly tenants?: TenantMap;
  /**
   * Origins from which browsers may call the API.
   * @default [] - none
   */
  readonly corsOrigins?: readonly string[];
  /**
   * How much the API takes before it answers 429.
   * @default { requestsPerSecond: 200, burst: 400 }
   */
  readonly throttle?: Throttle;
  /**
   * How the deployment appears to wallets.
   * @default - by its signing key, at the API's own address, for apps without pages
   */
  readonly verifier?: Verifier;
  /**
   * A distribution before the API, under a web ACL of yours: an HTTP API takes none itself. The public routes are
   * then reached through it, and those of wallets in no other way.
   * @default - the API is called directly. The app of this repository makes one in stage `prod`, with its own web ACL
   */
  readonly edge?: Edge;
  /**
   * Security events to and from other parties.
   * @default - pushed to any public host that a receiver names; received from nobody
   */
  readonly signals?: Signals;
  /**
   * How long reviews and disputes may take.
   * @default - a day, and two weeks
   */
  readonly deadlines?: Deadlines;
  /**
   * Days for which raw events are kept for replay, encrypted: 1 to 7.
   * @default 7
   */
  readonly archiveDays?: number;
  /**
   * Days for which logs are kept; a value that CloudWatch knows.
   * @default 30
   */
  readonly logDays?: number;
  /**
   * Least severe level that functions log.
   * @default 'INFO'
   */
  readonly logLevel?: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  /**
   * Protect tables, secret, key, logs and user pool from deletion, and keep them when the stack goes.
   * @default true in stage `prod`, otherwise false
   */
  readonly retain?: boolean;
  /**
   * Topic that every alarm notifies.
   * @default - alarms change their state and tell nobody
   */
  readonly alarmTopic?: ITopic;
  /**
   * Folder of the geo layer, as `buildGeoData` made it.
   * @default '.build/geo' in the repository
   */
  readonly geoData?: string;
}

/**
 * All of Countersign: an event in, an explained decision out.
 *
 * @example
 * ```ts
 * await Promise.all([buildPolicies(), buildOpenApi(), buildGeoData()]);
 * const stack = new Stack(app, 'identity');
 * const { bus } = new Countersign(stack, 'Countersign');
 * ```
 */
export class Countersign extends Construct {
  /** Put events here; decisions come out here. */
  readonly bus: EventBus;
  /** The synchronous API. */
  readonly api: HttpApi;
  /** Where malformed events wait, each with the reason. */
  readonly rejectedEvents: Queue;

  constructor(scope: Construct, id: string, props: CountersignProps = {}) {
    super(scope, id);
    const { stage = 'dev', alarmTopic } = props;
    const { retain = stage === 'prod' } = props;
    const logRetention: RetentionDays = props.logDays ?? 30;
    checkZkKeys(this, { stage, acknowledged: props.verifier?.zkKeysAcknowledged });

    const { key } = new Encryption(this, 'Encryption', { stage, retain });
    const monitored = { key, alarmTopic };
    const identityBus = new IdentityBus(this, 'IdentityBus', {
      stage,
      key,
      archiveDays: props.archiveDays ?? 7,
      producers: props.producers ?? [],
    });
    this.bus = identityBus.bus;
    new SchemaRegistry(this, 'Schemas', { stage });
    const tables = new Tables(this, 'Tables', { key, retain });
    const pseudonyms = new PseudonymSecret(this, 'Pseudonyms', { key, retain });
    this.rejectedEvents = new MonitoredQueue(this, 'RejectedEvents', {
      ...monitored,
      meaning: 'Events that are malformed: the reason is with each',
    }).queue;

    const api = new Api(this, 'Api', {
      stage,
      key,
      retain,
      logRetention,
      oidc: props.oidc ?? new DefaultIssuer(this, 'Issuer', { stage, retain }),
      corsOrigins: props.corsOrigins ?? [],
      throttle: props.throttle ?? { requestsPerSecond: 200, burst: 400 },
    });
    this.api = api.api;
    const edge =
      props.edge && new WalletEdge(this, 'Edge', { ...props.edge, stage, api: this.api, key, retain });
    const publicUrl = props.verifier?.publicUrl ?? edge?.url ?? this.api.apiEndpoint;

    const defaults = { ...monitored, stage, retain, logRetention, logLevel: props.logLevel ?? 'INFO' };
    const tenants = JSON.stringify({
      claim: 'tenant',
      clients: {},
      sources: {},
      default: 'default',
      ...props.tenants,
    });
    const answered = new WorkQueue(this, 'Answered', {
      ...monitored,
      timeout: Duration.seconds(60),
      done: 'acted upon: what wallets answered',
      late: 'Decisions and enrolments wait for answers that have come a quarter of an hour ago',
    });
    const geoData = props.geoData ?? join(ROOT, '.build/geo');
    const verifier = {
      publicUrl,
      edgeSecretArn: edge?.secretArn,
      clientIdPrefix: props.verifier?.clientIdPrefix ?? 'decentralized_identifier',
      did: props.verifier?.did,
      certificates: props.verifier?.certificates ?? [],
      appOrigins: props.verifier?.appOrigins ?? [],
      remoteHosts: props.verifier?.remoteHosts ?? [],
      unavailableStatus: props.verifier?.unavailableStatus ?? 'refuse',
      zkKeysAcknowledged: props.verifier?.zkKeysAcknowledged,
      vcApiChecks: props.verifier?.vcApiChecks ?? ['proof', 'validity', 'status', 'holder'],
      pseudonymScopes: props.verifier?.pseudonymScopes ?? {},
    };
    const signingKey = new SigningKey(this, 'Requests', { stage, retain }).key;
    const functions = new Functions(this, 'Functions', {
      ...defaults,
      bus: this.bus,
      tables,
      rejected: this.rejectedEvents,
      pseudonymSecretArn: pseudonyms.arn,
      geoLayer: new GeoLayer(this, 'Geo', { folder: geoData }).layer,
      mode: props.mode ?? 'shadow',
      fallbackOutcome: props.fallbackOutcome ?? 'step_up',
      threatFeed: props.threatFeed ?? feedIn(geoData),
      serverLocations: props.serverLocations,
      modelKeys: props.modelKeys,
      tenants,
      unboundTenants: stage === 'local',
      signingKey,
      answered: answered.queue,
      presentations: verifier,
    });
    const { complete } = new Completion(this, 'Completion', { ...defaults, bus: this.bus, tables, answered });
    const validation = new ContinuousValidation(this, 'Validation', {
      ...defaults,
      bus: this.bus,
      tables,
      pseudonymSecretArn: pseudonyms.arn,
      tenancy: { TENANTS: tenants, ...(stage === 'local' ? { UNBOUND_TENANTS: 'true' } : {}) },
      publicUrl,
      signals: props.signals ?? {},
      pushLoopback: stage === 'local',
      score: functions.score,
    });
    const people = new People(this, 'People', {
      ...defaults,
      bus: this.bus,
      tables,
      pseudonymSecretArn: pseudonyms.arn,
      tenancy: { TENANTS: tenants, ...(stage === 'local' ? { UNBOUND_TENANTS: 'true' } : {}) },
      publicUrl,
      deadlines: props.deadlines ?? {},
    });
    const { log, archive } = new DecisionLog(this, 'Chains', {
      ...defaults,
      bus: this.bus,
      tables,
      pseudonymSecretArn: pseudonyms.arn,
      tenancy: { TENANTS: tenants, ...(stage === 'local' ? { UNBOUND_TENANTS: 'true' } : {}) },
    });
    const { policies } = new PolicyManagement(this, 'Management', {
      ...defaults,
      tables,
      pseudonymSecretArn: pseudonyms.arn,
      tenancy: { TENANTS: tenants, ...(stage === 'local' ? { UNBOUND_TENANTS: 'true' } : {}) },
    });
    const { wallets } = new Enrolment(this, 'Enrolment', {
      ...defaults,
      tables,
      pseudonymSecretArn: pseudonyms.arn,
      tenancy: { TENANTS: tenants, ...(stage === 'local' ? { UNBOUND_TENANTS: 'true' } : {}) },
      signingKey,
      presentations: verifier,
    });
    const { openapi } = new ApiDescription(this, 'Description', defaults);
    identityBus.reserveOwnSource([
      functions.score.role,
      functions.sweep.role,
      complete.role,
      validation.sessions.role,
      people.feedback.role,
      people.reviews.role,
    ]);

    const observed = new Rule(this, 'ObservedEvents', {
      ruleName: 'observed-events',
      description: 'Everything that is not our own, to be scored',
      eventBus: this.bus,
      eventPattern: { source: Match.anythingBut(OWN_SOURCE) },
    });
    toFunction(observed, functions.score.function, monitored);
    new Forwarding(this, 'Forwarding', {
      ...monitored,
      bus: this.bus,
      partnerBuses: props.partnerBuses ?? [],
    });
    new Settlement(this, 'Settlement', { ...monitored, bus: this.bus, settle: functions.settle });
    new Sweeping(this, 'Sweeping', { ...monitored, sweep: functions.sweep.function });

    api.serve({
      score: functions.score.function,
      decisions: functions.decisions.function,
      presentations: functions.presentations.function,
      wallet: functions.wallet.function,
      vcApi: functions.vcApi.function,
      trustedIssuers: functions.trustedIssuers.function,
      streams: validation.streams.function,
      signals: validation.signals.function,
      feedback: people.feedback.function,
      reviews: people.reviews.function,
      subjects: people.subjects.function,
      openapi: openapi.function,
      log: log.function,
      policies: policies.function,
      wallets: wallets.function,
    });

    new CfnOutput(this, 'BusName', { value: this.bus.eventBusName });
    new CfnOutput(this, 'ApiUrl', { value: api.url });
    new CfnOutput(this, 'PublicUrl', { value: publicUrl });
    new CfnOutput(this, 'LogArchiveName', { value: archive.bucketName });
    new CfnOutput(this, 'RejectedEventsUrl', { value: this.rejectedEvents.queueUrl });
  }
}
