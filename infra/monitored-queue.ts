import { Duration, Validations } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** What every queue that should be empty needs. */
export interface MonitoredQueueProps {
  readonly key: IKey;
  /** @default - the alarm changes state and tells nobody */
  readonly alarmTopic?: ITopic | undefined;
  /** What a message in it means, for whoever reads the alarm. */
  readonly meaning: string;
}

/**
 * A queue that stays empty while all is well: dead letters, failed invocations, rejected events. The first
 * message raises its alarm; messages wait 14 days, the most that SQS keeps, for somebody to look.
 *
 * @example
 * ```ts
 * new MonitoredQueue(this, 'DeadLetters', { key, alarmTopic, meaning: 'Events that never reached score' });
 * ```
 */
export class MonitoredQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: MonitoredQueueProps) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: props.key,
      dataKeyReuse: Duration.hours(1),
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    const alarm = this.queue
      .metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1), statistic: 'Maximum' })
      .createAlarm(this, 'Alarm', {
        alarmDescription: props.meaning,
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    if (props.alarmTopic) alarm.addAlarmAction(new SnsAction(props.alarmTopic));

    const lastResort =
      'This queue is where failures end: nothing consumes it, so nothing can fail out of it.';
    Validations.of(this.queue).acknowledge(
      { id: 'AwsSolutions-SQS3', reason: lastResort },
      { id: 'Serverless-SQSRedrivePolicy', reason: lastResort },
    );
  }
}
