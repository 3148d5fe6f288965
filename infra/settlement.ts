import { Duration } from 'aws-cdk-lib';
import { type EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { OWN_SOURCE } from './identity-bus.ts';
import type { MonitoredQueueProps } from './monitored-queue.ts';
import { toQueue } from './rule-targets.ts';
import type { ServiceFunction } from './service-function.ts';
import { WorkQueue } from './work-queue.ts';

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
  constructor(scope: Construct, id: string, props: SettlementProps) {
    super(scope, id);
    const { key, alarmTopic } = props;
    const work = new WorkQueue(this, 'Work', {
      key,
      alarmTopic,
      done: 'settled',
      late: 'Settling is a quarter of an hour behind: shared counters are stale',
      timeout: Duration.seconds(60),
    });
    const assessed = new Rule(this, 'AssessedEvents', {
      description: 'Decisions, to be settled',
      eventBus: props.bus,
      eventPattern: { source: [OWN_SOURCE], detailType: ['Risk Assessed'] },
    });
    toQueue(assessed, work.queue, { key, alarmTopic });
    work.feed(props.settle, { batchSize: 100, window: Duration.seconds(5) });
  }
}
