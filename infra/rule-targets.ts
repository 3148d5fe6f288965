import { Duration } from 'aws-cdk-lib';
import type { EventBus, IRuleTarget, Rule, RuleTargetConfig } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { MonitoredQueue, type MonitoredQueueProps } from './monitored-queue.ts';

/** How long EventBridge tries to deliver, and how often. */
export interface Delivery {
  /** At most 185. */
  readonly attempts: number;
  /** From one minute to 24 hours. */
  readonly within: Duration;
}

/** An identity event is still worth scoring two hours late: baselines learn in event time. */
const PATIENT: Delivery = { attempts: 24, within: Duration.hours(2) };

/** What every target of every rule gets. */
export type TargetProps = Omit<MonitoredQueueProps, 'meaning'> & {
  /** @default 24 attempts within 2 hours */
  readonly delivery?: Delivery;
};

const deadLettersOf = (rule: Rule, props: TargetProps): IQueue => {
  const { queue } = new MonitoredQueue(rule, 'DeadLetters', {
    key: props.key,
    alarmTopic: props.alarmTopic,
    meaning: `EventBridge could not deliver what rule ${rule.node.id} matched`,
  });
  return queue;
};

const onlyFrom = (rule: Rule, queue: IQueue): PolicyStatement =>
  new PolicyStatement({
    principals: [new ServicePrincipal('events.amazonaws.com')],
    actions: ['sqs:SendMessage'],
    resources: [queue.queueArn],
    conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
  });

const plainTarget = (
  rule: Rule,
  props: TargetProps,
  config: Pick<RuleTargetConfig, 'arn' | 'role'>,
): IRuleTarget => {
  const { attempts, within } = props.delivery ?? PATIENT;
  const deadLetters = deadLettersOf(rule, props);
  deadLetters.addToResourcePolicy(onlyFrom(rule, deadLetters));
  return {
    bind: () => ({
      ...config,
      deadLetterConfig: { arn: deadLetters.queueArn },
      retryPolicy: { maximumRetryAttempts: attempts, maximumEventAgeInSeconds: within.toSeconds() },
    }),
  };
};

/**
 * Sends what a rule matches to a function, asynchronously. EventBridge's retries end once Lambda has taken the
 * event; from there the function's own retries and failure destination hold.
 */
export const toFunction = (rule: Rule, target: IFunction, props: TargetProps): void => {
  const { attempts, within } = props.delivery ?? PATIENT;
  rule.addTarget(
    new LambdaFunction(target, {
      deadLetterQueue: deadLettersOf(rule, props),
      retryAttempts: attempts,
      maxEventAge: within,
    }),
  );
};

/**
 * Sends what a rule matches to a queue. The library's own target would open the queue's key to EventBridge with
 * wildcard actions; {@link Encryption} has opened it already, action by action.
 */
export const toQueue = (rule: Rule, target: IQueue, props: TargetProps): void => {
  target.addToResourcePolicy(onlyFrom(rule, target));
  rule.addTarget(plainTarget(rule, props, { arn: target.queueArn }));
};

/** Forwards what a rule matches to another bus of this account. The library's own target takes no retry policy. */
export const toBus = (rule: Rule, target: EventBus, props: TargetProps): void => {
  const role = new Role(rule, 'ForwardRole', {
    description: 'Forwards identity events to the bus of Countersign',
    assumedBy: new ServicePrincipal('events.amazonaws.com'),
  });
  role.addToPolicy(new PolicyStatement({ actions: ['events:PutEvents'], resources: [target.eventBusArn] }));
  rule.addTarget(plainTarget(rule, props, { arn: target.eventBusArn, role }));
};
