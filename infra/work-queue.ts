import { Duration, Validations } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { consume } from './grants.ts';
import { MonitoredQueue, type MonitoredQueueProps } from './monitored-queue.ts';
import type { ServiceFunction } from './service-function.ts';

/** What {@link WorkQueue} is told. */
export interface WorkQueueProps extends Omit<MonitoredQueueProps, 'meaning'> {
  /** What is done with a message, for whoever reads an alarm: `settled`. */
  readonly done: string;
  /** What it means that messages wait for a quarter of an hour. */
  readonly late: string;
  /** Of the function that works on it. */
  readonly timeout: Duration;
}

/** How a function takes messages off a {@link WorkQueue}. */
export interface Batches {
  readonly batchSize: number;
  /** How long a batch may gather. @default not at all */
  readonly window?: Duration;
}

/**
 * A queue that one function works on: what fails five times goes to its dead letters, and what waits too long
 * raises an alarm.
 */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly #key: WorkQueueProps['key'];

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    const { key, alarmTopic } = props;
    this.#key = key;
    const deadLetters = new MonitoredQueue(this, 'DeadLetters', {
      key,
      alarmTopic,
      meaning: `Messages that could not be ${props.done} after five attempts`,
    });
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: key,
      dataKeyReuse: Duration.hours(1),
      enforceSSL: true,
      retentionPeriod: Duration.days(4),
      // Six times the function's timeout, as Lambda asks: a retried batch must not come back while it runs.
      visibilityTimeout: Duration.seconds(6 * props.timeout.toSeconds()),
      deadLetterQueue: { queue: deadLetters.queue, maxReceiveCount: 5 },
    });
    const late = this.queue
      .metricApproximateAgeOfOldestMessage({ period: Duration.minutes(5) })
      .createAlarm(this, 'LateAlarm', {
        alarmDescription: props.late,
        threshold: Duration.minutes(15).toSeconds(),
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    if (alarmTopic) late.addAlarmAction(new SnsAction(alarmTopic));
  }

  /** Gives the messages to a function, in batches of which each message fails by itself. */
  feed(worker: ServiceFunction, { batchSize, window }: Batches): void {
    // The library's own event source would let the function decrypt whatever it is given.
    worker.allow(...consume(this.queue, this.#key));
    const batches = new EventSourceMapping(this, 'Batches', {
      target: worker.function,
      eventSourceArn: this.queue.queueArn,
      batchSize,
      ...(window ? { maxBatchingWindow: window } : {}),
      maxConcurrency: 2,
      reportBatchItemFailures: true,
    });
    // Lambda tries the queue when the mapping is made: the role must have its policy by then.
    batches.node.addDependency(worker.role);
    Validations.of(batches).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason:
        'Lambda takes no failure destination for SQS: the queue itself moves failures to its dead letters.',
    });
  }
}
