import { Duration } from 'aws-cdk-lib';
import { type EventBus, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { deliver, onItems, readSecret, signWith, writeTableKey } from './grants.ts';
import { OWN_SOURCE } from './identity-bus.ts';
import { LogArchive } from './log-archive.ts';
import { toFunction, toQueue } from './rule-targets.ts';
import { type FunctionDefaults, ServiceFunction } from './service-function.ts';
import { SigningKey } from './signing-key.ts';
import type { Tables } from './tables.ts';
import { WorkQueue } from './work-queue.ts';

/** What {@link DecisionLog} is told. */
export interface DecisionLogProps extends FunctionDefaults {
  readonly bus: EventBus;
  readonly tables: Tables;
  readonly pseudonymSecretArn: string;
  /** The environment that tells to which tenant a caller belongs. */
  readonly tenancy: Readonly<Record<string, string>>;
}

/**
 * Everything that Countersign tells goes into a log that only grows: chains of hashes over encrypted payloads, whose
 * ends are signed every hour. It is kept twice: in a table, and as lines on S3.
 */
export class DecisionLog extends Construct {
  readonly log: ServiceFunction;
  /** Where the log lies as JSON lines. */
  readonly archive: Bucket;

  constructor(scope: Construct, id: string, props: DecisionLogProps) {
    super(scope, id);
    const { key, alarmTopic, bus, pseudonymSecretArn } = props;
    const { decisions, log, policies } = props.tables;
    const timeout = Duration.seconds(60);
    const signing = new SigningKey(this, 'Roots', {
      ...props,
      name: 'log',
      use: 'signs where the chains of the log end',
    }).key;
    const { bucket, stream } = new LogArchive(this, 'Archive', props);
    this.archive = bucket;
    const logging = new WorkQueue(this, 'Logging', {
      key,
      alarmTopic,
      timeout,
      done: 'logged',
      late: 'The log is a quarter of an hour behind',
    });
    this.log = new ServiceFunction(this, 'Log', {
      ...props,
      functionName: 'log',
      description: 'Keeps the log of decisions, seals it, and reads it to operators',
      memory: 1024,
      timeout,
      asynchronous: { retries: 2, within: Duration.minutes(30) },
      environment: {
        DECISIONS_TABLE: decisions.tableName,
        LOG_TABLE: log.tableName,
        POLICIES_TABLE: policies.tableName,
        ARCHIVE_STREAM: stream.ref,
        PSEUDONYM_SECRET_ARN: pseudonymSecretArn,
        SIGNING_KEY_ARN: signing.keyArn,
        ...props.tenancy,
      },
    });
    this.log.allow(
      onItems(decisions, ['BatchGetItem', 'GetItem']),
      // What a decision was made with is kept beside the log, for replay.
      onItems(policies, ['GetItem']),
      // No DeleteItem: the log only grows.
      onItems(log, ['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem']),
      writeTableKey(key),
      signWith(signing),
      deliver(stream),
      ...readSecret(pseudonymSecretArn, key),
    );
    const everything = new Rule(this, 'EverythingTold', {
      description: 'All that Countersign tells, to be logged',
      eventBus: bus,
      eventPattern: { source: [OWN_SOURCE] },
    });
    toQueue(everything, logging.queue, { key, alarmTopic });
    logging.feed(this.log, { batchSize: 50, window: Duration.seconds(5) });
    const hourly = new Rule(this, 'EveryHour', {
      description: 'Seals the log',
      schedule: Schedule.rate(Duration.hours(1)),
    });
    toFunction(hourly, this.log.function, {
      key,
      alarmTopic,
      delivery: { attempts: 10, within: Duration.minutes(30) },
    });
  }
}
