import { Duration } from 'aws-cdk-lib';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { GEO_DIR } from './geo-layer.ts';
import {
  onItems,
  publish,
  queryIndex,
  queueKey,
  readObject,
  readSecret,
  readTableKey,
  send,
  signWith,
  writeTableKey,
} from './grants.ts';
import { OWN_SOURCE } from './identity-bus.ts';
import { type FunctionDefaults, ServiceFunction } from './service-function.ts';
import { ANSWERED_INDEX, PENDING_INDEX, type Tables } from './tables.ts';

/** What the functions work with. */
export interface FunctionsProps extends FunctionDefaults {
  readonly bus: EventBus;
  readonly tables: Tables;
  readonly rejected: IQueue;
  readonly pseudonymSecretArn: string;
  readonly geoLayer: ILayerVersion;
  readonly mode: string;
  readonly fallbackOutcome: string;
  /** `s3://bucket/key` of the threat feed, or its path in the geo layer. */
  readonly threatFeed: string | undefined;
  /** Where applications measure round-trip times, degrees. */
  readonly serverLocations: readonly { readonly latitude: number; readonly longitude: number }[] | undefined;
  /** Public keys that may sign the risk model. */
  readonly modelKeys: readonly string[] | undefined;
  /** The tenant map, as JSON. */
  readonly tenants: string;
  /** Whether a token may be bound to no tenant: local mode's development token, nowhere else. */
  readonly unboundTenants: boolean;
  readonly signingKey: IKey;
  readonly presentations: PresentationSettings;
  /** Where answers of wallets are announced. */
  readonly answered: IQueue;
}

/** How presentations are asked for, of a deployment. */
export interface PresentationSettings {
  /** Base URL under which wallets reach the API. */
  readonly publicUrl: string;
  /** Of the secret that a distribution before the API adds to each request; absent, there is none. */
  readonly edgeSecretArn: string | undefined;
  readonly clientIdPrefix: string;
  readonly did: string | undefined;
  /** Of the signing key, leaf first, base64 DER. */
  readonly certificates: readonly string[];
  readonly appOrigins: readonly string[];
  readonly remoteHosts: readonly string[];
  readonly unavailableStatus: string;
  readonly zkKeysAcknowledged: string | undefined;
  readonly vcApiChecks: readonly string[];
  /** Scopes under which apps may ask for pseudonyms, each with words for the person. */
  readonly pseudonymScopes: Readonly<Record<string, string>>;
}

/** The functions, each with what it may read, write and call: exactly what its code does. */
export class Functions extends Construct {
  readonly score: ServiceFunction;
  readonly decisions: ServiceFunction;
  readonly settle: ServiceFunction;
  readonly sweep: ServiceFunction;
  readonly presentations: ServiceFunction;
  readonly wallet: ServiceFunction;
  readonly vcApi: ServiceFunction;
  readonly trustedIssuers: ServiceFunction;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    const { key, bus } = props;
    const { decisions, baselines, presentations, issuers } = props.tables;
    const tenancy = {
      TENANTS: props.tenants,
      ...(props.unboundTenants ? { UNBOUND_TENANTS: 'true' } : {}),
    };
    const tableNames = { DECISIONS_TABLE: decisions.tableName, BASELINES_TABLE: baselines.tableName };

    this.score = new ServiceFunction(this, 'Score', {
      ...props,
      functionName: 'score',
      description: 'Decides events, from the bus and from POST /v1/evaluate',
      memory: 1769,
      timeout: Duration.seconds(15),
      layers: [props.geoLayer],
      asynchronous: { retries: 2, within: Duration.hours(2) },
      environment: {
        ...tableNames,
        POLICIES_TABLE: props.tables.policies.tableName,
        ...tenancy,
        BUS_NAME: bus.eventBusName,
        REJECTED_QUEUE_URL: props.rejected.queueUrl,
        PSEUDONYM_SECRET_ARN: props.pseudonymSecretArn,
        MODE: props.mode,
        FALLBACK_OUTCOME: props.fallbackOutcome,
        GEO_DIR,
        PRESENTATIONS_TABLE: presentations.tableName,
        WALLETS_TABLE: props.tables.wallets.tableName,
        PUBLIC_URL: props.presentations.publicUrl,
        SIGNING_KEY_ARN: props.signingKey.keyArn,
        SIGNING_CERTIFICATES: JSON.stringify(props.presentations.certificates),
        CLIENT_ID_PREFIX: props.presentations.clientIdPrefix,
        ...(props.presentations.did === undefined ? {} : { VERIFIER_DID: props.presentations.did }),
        ...(props.threatFeed ? { THREAT_FEED: props.threatFeed } : {}),
        ...(props.serverLocations
          ? {
              SERVER_LOCATIONS: props.serverLocations.map((at) => `${at.latitude},${at.longitude}`).join(' '),
            }
          : {}),
        ...(props.modelKeys ? { MODEL_KEYS: props.modelKeys.join(',') } : {}),
      },
    });
    this.score.allow(
      onItems(decisions, ['BatchGetItem', 'GetItem', 'PutItem']),
      onItems(baselines, ['BatchGetItem', 'PutItem']),
      onItems(props.tables.policies, ['GetItem']),
      onItems(presentations, ['PutItem']),
      onItems(props.tables.wallets, ['GetItem']),
      // It names the key in what wallets are asked; who signs is the wallets' function.
      signWith(props.signingKey, ['GetPublicKey']),
      writeTableKey(key),
      publish(bus, OWN_SOURCE),
      send(props.rejected),
      queueKey(key),
      ...readSecret(props.pseudonymSecretArn, key),
      ...(props.threatFeed?.startsWith('s3:') ? [readObject(props.threatFeed)] : []),
    );

    this.decisions = new ServiceFunction(this, 'Decisions', {
      ...props,
      functionName: 'decisions',
      description: 'Reads decisions',
      memory: 256,
      timeout: Duration.seconds(10),
      environment: { DECISIONS_TABLE: decisions.tableName, ...tenancy },
    });
    this.decisions.allow(onItems(decisions, ['GetItem']), readTableKey(key));

    this.settle = new ServiceFunction(this, 'Settle', {
      ...props,
      functionName: 'settle',
      description: 'Adds decided events to what many subjects share',
      memory: 256,
      timeout: Duration.seconds(60),
      environment: tableNames,
    });
    this.settle.allow(
      onItems(decisions, ['BatchGetItem', 'UpdateItem']),
      onItems(baselines, ['BatchGetItem', 'PutItem']),
      writeTableKey(key),
    );

    this.sweep = new ServiceFunction(this, 'Sweep', {
      ...props,
      functionName: 'sweep',
      description: 'Finishes decisions that a crash left pending',
      memory: 256,
      timeout: Duration.seconds(60),
      asynchronous: { retries: 0, within: Duration.minutes(1) },
      environment: {
        ...tableNames,
        BUS_NAME: bus.eventBusName,
        PRESENTATIONS_TABLE: presentations.tableName,
        ANSWERED_QUEUE_URL: props.answered.queueUrl,
      },
    });
    this.sweep.allow(
      queryIndex(decisions, PENDING_INDEX),
      queryIndex(presentations, ANSWERED_INDEX),
      onItems(presentations, ['UpdateItem']),
      send(props.answered),
      queueKey(key),
      onItems(decisions, ['BatchGetItem']),
      onItems(baselines, ['BatchGetItem', 'PutItem']),
      writeTableKey(key),
      publish(bus, OWN_SOURCE),
    );

    const { publicUrl, edgeSecretArn, clientIdPrefix, did, certificates, appOrigins } = props.presentations;
    const { remoteHosts, unavailableStatus, zkKeysAcknowledged, vcApiChecks } = props.presentations;
    const verifier = {
      PRESENTATIONS_TABLE: presentations.tableName,
      ISSUERS_TABLE: issuers.tableName,
      PUBLIC_URL: publicUrl,
      SIGNING_KEY_ARN: props.signingKey.keyArn,
      SIGNING_CERTIFICATES: JSON.stringify(certificates),
      REMOTE_HOSTS: JSON.stringify(remoteHosts),
      UNAVAILABLE_STATUS: unavailableStatus,
      STAGE: props.stage,
      ...(zkKeysAcknowledged === undefined ? {} : { ZK_KEYS_ACKNOWLEDGED: zkKeysAcknowledged }),
      ...(did === undefined ? {} : { VERIFIER_DID: did }),
      PSEUDONYM_SECRET_ARN: props.pseudonymSecretArn,
      ANSWERED_QUEUE_URL: props.answered.queueUrl,
      PSEUDONYM_SCOPES: JSON.stringify(props.presentations.pseudonymScopes),
    };
    /** Naming holders, and telling that they answered. */
    const telling = [send(props.answered), queueKey(key), ...readSecret(props.pseudonymSecretArn, key)];
    this.presentations = new ServiceFunction(this, 'Presentations', {
      ...props,
      functionName: 'presentations',
      room: 'presentations',
      description: 'Asks wallets for presentations, and tells apps the result',
      memory: 1024,
      timeout: Duration.seconds(15),
      environment: {
        ...verifier,
        ...tenancy,
        CLIENT_ID_PREFIX: clientIdPrefix,
        APP_ORIGINS: JSON.stringify(appOrigins),
      },
    });
    this.presentations.allow(
      onItems(presentations, ['GetItem', 'PutItem', 'UpdateItem']),
      onItems(issuers, ['GetItem']),
      writeTableKey(key),
      signWith(props.signingKey),
      ...telling,
    );

    this.wallet = new ServiceFunction(this, 'Wallet', {
      ...props,
      functionName: 'wallet',
      room: 'presentations',
      description: 'Gives wallets their requests and verifies what they present; open to everybody',
      memory: 1024,
      timeout: Duration.seconds(15),
      environment: {
        ...verifier,
        ...(edgeSecretArn === undefined ? {} : { EDGE_SECRET_ARN: edgeSecretArn }),
      },
    });
    if (edgeSecretArn !== undefined) this.wallet.allow(...readSecret(edgeSecretArn, key));
    this.wallet.allow(
      onItems(presentations, ['GetItem', 'UpdateItem']),
      onItems(issuers, ['GetItem']),
      writeTableKey(key),
      signWith(props.signingKey),
      ...telling,
    );

    this.vcApi = new ServiceFunction(this, 'VcApi', {
      ...props,
      functionName: 'vc-api',
      room: 'presentations',
      description: 'Verifies credentials and presentations by the W3C interface',
      memory: 1024,
      timeout: Duration.seconds(15),
      environment: {
        ISSUERS_TABLE: issuers.tableName,
        REMOTE_HOSTS: verifier.REMOTE_HOSTS,
        UNAVAILABLE_STATUS: unavailableStatus,
        STAGE: props.stage,
        ...(zkKeysAcknowledged === undefined ? {} : { ZK_KEYS_ACKNOWLEDGED: zkKeysAcknowledged }),
        VC_API_CHECKS: JSON.stringify(vcApiChecks),
        ...tenancy,
      },
    });
    this.vcApi.allow(onItems(issuers, ['GetItem']), readTableKey(key));

    this.trustedIssuers = new ServiceFunction(this, 'TrustedIssuers', {
      ...props,
      functionName: 'trusted-issuers',
      room: 'credentials',
      description: 'Keeps whom tenants trust to issue credentials',
      memory: 256,
      timeout: Duration.seconds(10),
      environment: { ISSUERS_TABLE: issuers.tableName, ...tenancy },
    });
    this.trustedIssuers.allow(
      onItems(issuers, ['DeleteItem', 'GetItem', 'PutItem', 'UpdateItem']),
      writeTableKey(key),
    );
  }
}
