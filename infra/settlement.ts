import { Duration, Validations } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { type EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { consume } from './grants.ts';
import { OWN_SOURCE } from './identity-bus.ts';
import { MonitoredQueue, type MonitoredQueueProps } from './monitored-queue.ts';
import { toQueue } from './rule-targets.ts';
import type { ServiceFunction } from './service-function.ts';

/** What {@link Settlement} is told. */
export interface SettlementProps extends Omit<MonitoredQueueProps, 'meaning'> {
  readonly bus: EventBus;
  /** The function that settles. */
  readonly settle: ServiceFunction;
}

/**
 * Updates what many subjects share (role, app, tenant, network) off the road on which somebody waits: decisions
 * gather in a queue, and one function takes them by the hundred, so that one write stands for many events.
 */
export class Settlement extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: SettlementProps) {
    super(scope, id);
    const { key, alarmTopic } = props;
    const deadLetters = new MonitoredQueue(this, 'DeadLetters', {
      key,
      alarmTopic,
      meaning: 'Decisions that could not be settled after five attempts',
    });
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: key,
      dataKeyReuse: Duration.hours(1),
      enforceSSL: true,
      retentionPeriod: Duration.days(4),
      // Six times the function's timeout, as Lambda asks: a retried batch must not come back while it runs.
      visibilityTimeout: Duration.seconds(6 * 60),
      deadLetterQueue: { queue: deadLetters.queue, maxReceiveCount: 5 },
    });
    const late = this.queue
      .metricApproximateAgeOfOldestMessage({ period: Duration.minutes(5) })
      .createAlarm(this, 'LateAlarm', {
        alarmDescription: 'Settling is a quarter of an hour behind: shared counters are stale',
        threshold: Duration.minutes(15).toSeconds(),
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    if (alarmTopic) late.addAlarmAction(new SnsAction(alarmTopic));

    const assessed = new Rule(this, 'AssessedEvents', {
      description: 'Decisions, to be settled',
      eventBus: props.bus,
      eventPattern: { source: [OWN_SOURCE], detailType: ['Risk Assessed'] },
    });
    toQueue(assessed, this.queue, { key, alarmTopic });

    // The library's own event source would let the function decrypt whatever it is given.
    props.settle.allow(...consume(this.queue, key));
    const batches = new EventSourceMapping(this, 'Batches', {
      target: props.settle.function,
      eventSourceArn: this.queue.queueArn,
      batchSize: 100,
      maxBatchingWindow: Duration.seconds(5),
      maxConcurrency: 2,
      reportBatchItemFailures: true,
    });
    // Lambda tries the queue when the mapping is made: the role must have its policy by then.
    batches.node.addDependency(props.settle.role);
    Validations.of(batches).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason:
        'Lambda takes no failure destination for SQS: the queue itself moves failures to its dead letters.',
    });
  }
}
