import { Duration } from 'aws-cdk-lib';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { onItems, publish, writeTableKey } from './grants.ts';
import { OWN_SOURCE } from './identity-bus.ts';
import { type FunctionDefaults, ServiceFunction } from './service-function.ts';
import type { Tables } from './tables.ts';
import type { WorkQueue } from './work-queue.ts';

/** What {@link Completion} is told. */
export interface CompletionProps extends FunctionDefaults {
  readonly bus: EventBus;
  readonly tables: Tables;
  /** Where answers of wallets are announced. */
  readonly answered: WorkQueue;
}

/** What follows when a wallet has answered: the decision that waits for it is completed, the wallet enrolled. */
export class Completion extends Construct {
  readonly complete: ServiceFunction;

  constructor(scope: Construct, id: string, props: CompletionProps) {
    super(scope, id);
    const { key, bus } = props;
    const { presentations, wallets, decisions, baselines, policies } = props.tables;
    this.complete = new ServiceFunction(this, 'Complete', {
      ...props,
      functionName: 'complete',
      description: 'Completes what waits for the answer of a wallet: decisions and enrolments',
      memory: 512,
      timeout: Duration.seconds(60),
      environment: {
        PRESENTATIONS_TABLE: presentations.tableName,
        WALLETS_TABLE: wallets.tableName,
        DECISIONS_TABLE: decisions.tableName,
        BASELINES_TABLE: baselines.tableName,
        POLICIES_TABLE: policies.tableName,
        BUS_NAME: bus.eventBusName,
      },
    });
    this.complete.allow(
      onItems(presentations, ['GetItem', 'UpdateItem']),
      onItems(wallets, ['GetItem', 'PutItem', 'DeleteItem']),
      onItems(decisions, ['GetItem', 'UpdateItem']),
      onItems(baselines, ['BatchGetItem', 'PutItem']),
      onItems(policies, ['GetItem']),
      writeTableKey(key),
      publish(bus, OWN_SOURCE),
    );
    // A person waits: nothing is gathered.
    props.answered.feed(this.complete, { batchSize: 10 });
  }
}
