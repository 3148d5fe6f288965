import { Duration } from 'aws-cdk-lib';
import { type EventBus, Match, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { KeySpec } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import {
  onItems,
  publish,
  queryIndex,
  queueKey,
  readSecret,
  send,
  signWith,
  writeTableKey,
} from './grants.ts';
import { OWN_SOURCE } from './identity-bus.ts';
import { MonitoredQueue } from './monitored-queue.ts';
import { toFunction, toQueue } from './rule-targets.ts';
import { type FunctionDefaults, ServiceFunction } from './service-function.ts';
import { SigningKey } from './signing-key.ts';
import { OUTBOX_INDEX, type Tables } from './tables.ts';
import { WorkQueue } from './work-queue.ts';

/** A party whose security events are believed. */
export interface SignalTransmitter {
  /** As it stands in `iss`. */
  readonly issuer: string;
  /** As we stand in its `aud`. */
  readonly audience: string;
  /** Whose sessions its events are about. */
  readonly tenant: string;
  /** Its public keys: pinned, so that verifying asks no network. */
  readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] };
}

/** Shared Signals, of a deployment. */
export interface Signals {
  /**
   * Hosts that security events may be pushed to, `*.` before one for all below it.
   * @default [] - any host with a public address
   */
  readonly pushHosts?: readonly string[];
  /**
   * Issuer of the identifiers of subjects, as receivers know it: that of the identity provider.
   * @default - the API's own address
   */
  readonly subjectIssuer?: string;
  /**
   * Whose security events are received.
   * @default [] - nobody's
   */
  readonly transmitters?: readonly SignalTransmitter[];
}

/** What {@link ContinuousValidation} is told. */
export interface ContinuousValidationProps extends FunctionDefaults {
  readonly bus: EventBus;
  readonly tables: Tables;
  readonly pseudonymSecretArn: string;
  /** The environment that tells to which tenant a caller belongs. */
  readonly tenancy: Readonly<Record<string, string>>;
  /** Base URL of the API: the issuer of security events. */
  readonly publicUrl: string;
  readonly signals: Signals;
  /** Let events be pushed to this machine: local mode only. */
  readonly pushLoopback: boolean;
  /** The function that reads events: it hands on what happens to identities. */
  readonly score: ServiceFunction;
}

/**
 * Sessions after the sign-in: each decided event of a session is counted into it off the synchronous road; what
 * follows goes to the bus and, as Shared Signals, to other parties, whose own signals come back in.
 */
export class ContinuousValidation extends Construct {
  readonly sessions: ServiceFunction;
  readonly streams: ServiceFunction;
  readonly signals: ServiceFunction;
  readonly transmit: ServiceFunction;

  constructor(scope: Construct, id: string, props: ContinuousValidationProps) {
    super(scope, id);
    const { key, alarmTopic, bus, pseudonymSecretArn } = props;
    const { decisions, sessions, streams } = props.tables;
    const monitored = { key, alarmTopic };
    const timeout = Duration.seconds(60);
    const signing = new SigningKey(this, 'Signing', {
      ...props,
      name: 'signals',
      use: 'signs security events',
      spec: KeySpec.RSA_2048,
    }).key;
    const counting = new WorkQueue(this, 'Counting', {
      ...monitored,
      timeout,
      done: 'counted into their sessions',
      late: 'Sessions are a quarter of an hour behind: a stolen one would not be stopped',
    });
    const transmitting = new WorkQueue(this, 'Transmitting', {
      ...monitored,
      timeout,
      done: 'transmitted',
      late: 'Receivers of security events are a quarter of an hour behind',
    });
    const undeliverable = new MonitoredQueue(this, 'Undeliverable', {
      ...monitored,
      meaning:
        'Security events that a receiver refused or did not take for a week: stream and reason are with each',
    }).queue;
    const push = {
      PUSH_HOSTS: JSON.stringify(props.signals.pushHosts ?? []),
      ...(props.pushLoopback ? { PUSH_LOOPBACK: 'true' } : {}),
    };
    const secret = readSecret(pseudonymSecretArn, key);

    this.sessions = new ServiceFunction(this, 'Sessions', {
      ...props,
      functionName: 'sessions',
      room: 'sessions',
      description: 'Counts events into their sessions, and stops a session that is no longer trusted',
      memory: 512,
      timeout,
      environment: {
        DECISIONS_TABLE: decisions.tableName,
        SESSIONS_TABLE: sessions.tableName,
        BUS_NAME: bus.eventBusName,
        TRANSMIT_QUEUE_URL: transmitting.queue.queueUrl,
        PSEUDONYM_SECRET_ARN: pseudonymSecretArn,
      },
    });
    this.sessions.allow(
      onItems(decisions, ['BatchGetItem']),
      onItems(sessions, ['BatchGetItem', 'PutItem']),
      writeTableKey(key),
      publish(bus, OWN_SOURCE),
      send(transmitting.queue),
      queueKey(key),
      ...secret,
    );

    this.streams = new ServiceFunction(this, 'Streams', {
      ...props,
      functionName: 'streams',
      room: 'sessions',
      description: 'Lets receivers of security events manage and poll their streams',
      memory: 512,
      timeout: Duration.seconds(15),
      environment: {
        STREAMS_TABLE: streams.tableName,
        TRANSMIT_QUEUE_URL: transmitting.queue.queueUrl,
        PUBLIC_URL: props.publicUrl,
        SIGNING_KEY_ARN: signing.keyArn,
        PSEUDONYM_SECRET_ARN: pseudonymSecretArn,
        ...props.tenancy,
        ...push,
      },
    });
    this.streams.allow(
      onItems(streams, ['BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem']),
      queryIndex(streams, OUTBOX_INDEX),
      writeTableKey(key),
      send(transmitting.queue),
      queueKey(key),
      signWith(signing, ['GetPublicKey']),
      ...secret,
    );

    this.signals = new ServiceFunction(this, 'Signals', {
      ...props,
      functionName: 'signals',
      room: 'sessions',
      description: 'Receives security events of other parties',
      memory: 512,
      timeout: Duration.seconds(10),
      environment: {
        SESSIONS_TABLE: sessions.tableName,
        SESSIONS_QUEUE_URL: counting.queue.queueUrl,
        PSEUDONYM_SECRET_ARN: pseudonymSecretArn,
        SIGNAL_TRANSMITTERS: JSON.stringify(props.signals.transmitters ?? []),
      },
    });
    this.signals.allow(
      onItems(sessions, ['GetItem', 'PutItem']),
      writeTableKey(key),
      send(counting.queue),
      queueKey(key),
      ...secret,
    );

    this.transmit = new ServiceFunction(this, 'Transmit', {
      ...props,
      functionName: 'transmit',
      room: 'sessions',
      description: 'Signs security events and pushes them to their receivers, again where need be',
      memory: 512,
      timeout,
      asynchronous: { retries: 0, within: Duration.minutes(1) },
      environment: {
        STREAMS_TABLE: streams.tableName,
        PUBLIC_URL: props.publicUrl,
        SIGNING_KEY_ARN: signing.keyArn,
        PSEUDONYM_SECRET_ARN: pseudonymSecretArn,
        UNDELIVERABLE_QUEUE_URL: undeliverable.queueUrl,
        SUBJECT_ISSUER: props.signals.subjectIssuer ?? props.publicUrl,
        ...push,
      },
    });
    this.transmit.allow(
      onItems(streams, ['BatchGetItem', 'PutItem', 'UpdateItem']),
      queryIndex(streams, OUTBOX_INDEX),
      writeTableKey(key),
      send(undeliverable),
      queueKey(key),
      signWith(signing),
      ...secret,
    );

    props.score.function.addEnvironment('SESSIONS_QUEUE_URL', counting.queue.queueUrl);
    props.score.allow(send(counting.queue));

    const ofSessions = new Rule(this, 'SessionEvents', {
      description: 'Decided events that name a session',
      eventBus: bus,
      eventPattern: {
        source: [OWN_SOURCE],
        detailType: ['Risk Assessed'],
        detail: { metadata: { session: Match.exists() } },
      },
    });
    toQueue(ofSessions, counting.queue, monitored);
    const resolved = new Rule(this, 'ResolvedDecisions', {
      description: 'Decisions that a presentation or a person resolved',
      eventBus: bus,
      eventPattern: { source: [OWN_SOURCE], detailType: ['Presentation Verified', 'Review Resolved'] },
    });
    toQueue(resolved, counting.queue, monitored);
    counting.feed(this.sessions, { batchSize: 25 });
    transmitting.feed(this.transmit, { batchSize: 10 });

    const everyMinute = new Rule(this, 'EveryMinute', {
      description: 'Pushes security events again',
      schedule: Schedule.rate(Duration.minutes(1)),
    });
    // The next minute brings the next try.
    toFunction(everyMinute, this.transmit.function, {
      ...monitored,
      delivery: { attempts: 2, within: Duration.minutes(1) },
    });
  }
}
