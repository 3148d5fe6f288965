import { Duration } from 'aws-cdk-lib';
import { type EventBus, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { onItems, onItemsOf, publish, queryIndex, readSecret, writeTableKey } from './grants.ts';
import { OWN_SOURCE } from './identity-bus.ts';
import { toFunction } from './rule-targets.ts';
import { type FunctionDefaults, ServiceFunction } from './service-function.ts';
import { REVIEW_INDEXES, type Tables } from './tables.ts';

/** How long people may take. */
export interface Deadlines {
  /** Hours until a review that nobody decided is denied. @default 24 */
  readonly reviewHours?: number;
  /** Days until a dispute is overdue. @default 14 */
  readonly disputeDays?: number;
}

/** What {@link People} is told. */
export interface PeopleProps extends FunctionDefaults {
  readonly bus: EventBus;
  readonly tables: Tables;
  readonly pseudonymSecretArn: string;
  /** The environment that tells to which tenant a caller belongs. */
  readonly tenancy: Readonly<Record<string, string>>;
  /** Base URL of the API: where one-time links lead. */
  readonly publicUrl: string;
  readonly deadlines: Deadlines;
}

/** People who can overrule: feedback on events, the queue of reviews, disputes, and the clock of both. */
export class People extends Construct {
  readonly feedback: ServiceFunction;
  readonly reviews: ServiceFunction;
  readonly subjects: ServiceFunction;

  constructor(scope: Construct, id: string, props: PeopleProps) {
    super(scope, id);
    const { key, alarmTopic, bus, pseudonymSecretArn, tenancy, deadlines } = props;
    const { decisions, baselines, reviews, log, sessions } = props.tables;
    const environment = {
      DECISIONS_TABLE: decisions.tableName,
      BASELINES_TABLE: baselines.tableName,
      REVIEWS_TABLE: reviews.tableName,
      BUS_NAME: bus.eventBusName,
      ...tenancy,
    };

    this.feedback = new ServiceFunction(this, 'Feedback', {
      ...props,
      functionName: 'feedback',
      room: 'reviews',
      description: 'Hears what apps, reviewers and people say of an event, and repairs the baseline',
      memory: 512,
      timeout: Duration.seconds(15),
      environment: {
        ...environment,
        PSEUDONYM_SECRET_ARN: pseudonymSecretArn,
        PUBLIC_URL: props.publicUrl,
      },
    });
    this.feedback.allow(
      onItems(decisions, ['GetItem']),
      onItems(baselines, ['BatchGetItem', 'PutItem']),
      onItems(reviews, ['GetItem', 'PutItem']),
      writeTableKey(key),
      publish(bus, OWN_SOURCE),
      ...readSecret(pseudonymSecretArn, key),
    );

    this.reviews = new ServiceFunction(this, 'Reviews', {
      ...props,
      functionName: 'reviews',
      room: 'reviews',
      description: 'Keeps the queue of what people have to decide, and its clock',
      memory: 512,
      timeout: Duration.seconds(30),
      asynchronous: { retries: 2, within: Duration.hours(2) },
      environment: {
        ...environment,
        POLICIES_TABLE: props.tables.policies.tableName,
        LOG_TABLE: log.tableName,
        PSEUDONYM_SECRET_ARN: pseudonymSecretArn,
        REVIEW_HOURS: String(deadlines.reviewHours ?? 24),
        DISPUTE_DAYS: String(deadlines.disputeDays ?? 14),
      },
    });
    this.reviews.allow(
      onItems(decisions, ['BatchGetItem', 'GetItem', 'UpdateItem']),
      onItems(baselines, ['BatchGetItem', 'PutItem']),
      onItems(reviews, ['GetItem', 'PutItem']),
      onItems(props.tables.policies, ['GetItem']),
      // Which events are a subject's; what they are is in their decisions.
      onItemsOf(log, ['u#'], ['BatchGetItem']),
      ...REVIEW_INDEXES.map((index) => queryIndex(reviews, index)),
      writeTableKey(key),
      publish(bus, OWN_SOURCE),
      ...readSecret(pseudonymSecretArn, key),
    );

    const { BUS_NAME: _, ...tables } = environment;
    this.subjects = new ServiceFunction(this, 'Subjects', {
      ...props,
      functionName: 'subjects',
      room: 'reviews',
      description:
        'Exports what is kept about a subject, erases it, and builds the baseline anew from the log',
      memory: 512,
      timeout: Duration.seconds(29),
      environment: {
        ...tables,
        LOG_TABLE: log.tableName,
        SESSIONS_TABLE: sessions.tableName,
        WALLETS_TABLE: props.tables.wallets.tableName,
        PSEUDONYM_SECRET_ARN: pseudonymSecretArn,
      },
    });
    this.subjects.allow(
      onItems(props.tables.wallets, ['DeleteItem', 'GetItem']),
      onItems(decisions, ['BatchGetItem', 'DeleteItem']),
      onItems(baselines, ['BatchGetItem', 'DeleteItem', 'PutItem']),
      onItems(reviews, ['GetItem', 'DeleteItem']),
      onItems(sessions, ['BatchGetItem', 'DeleteItem']),
      queryIndex(reviews, 'subject'),
      // Keys and notes of subjects; the chains are out of its reach.
      onItemsOf(log, ['k#', 'u#'], ['BatchGetItem', 'DeleteItem']),
      writeTableKey(key),
      ...readSecret(pseudonymSecretArn, key),
    );

    const asked = new Rule(this, 'ReviewAsked', {
      description: 'Decisions that policy sends to people',
      eventBus: bus,
      eventPattern: {
        source: [OWN_SOURCE],
        detailType: ['Risk Assessed'],
        detail: { data: { outcome: ['review'] } },
      },
    });
    toFunction(asked, this.reviews.function, { key, alarmTopic });
    const clock = new Rule(this, 'Clock', {
      description: 'Escalates and denies reviews that nobody decides',
      schedule: Schedule.rate(Duration.minutes(1)),
    });
    // The next minute brings the next tick: there is no use in trying longer.
    toFunction(clock, this.reviews.function, {
      key,
      alarmTopic,
      delivery: { attempts: 2, within: Duration.minutes(1) },
    });
  }
}
