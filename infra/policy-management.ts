import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { onItems, onItemsOf, readSecret, writeTableKey } from './grants.ts';
import { type FunctionDefaults, ServiceFunction } from './service-function.ts';
import type { Tables } from './tables.ts';

/** What {@link PolicyManagement} is told. */
export interface PolicyManagementProps extends FunctionDefaults {
  readonly tables: Tables;
  readonly pseudonymSecretArn: string;
  /** The environment that tells to which tenant a caller belongs. */
  readonly tenancy: Readonly<Record<string, string>>;
}

/** Policies without a deployment: versions on record, tried on what was decided, activated and rolled back. */
export class PolicyManagement extends Construct {
  readonly policies: ServiceFunction;

  constructor(scope: Construct, id: string, props: PolicyManagementProps) {
    super(scope, id);
    const { key, pseudonymSecretArn, tenancy } = props;
    const { policies, log } = props.tables;
    this.policies = new ServiceFunction(this, 'Policies', {
      ...props,
      functionName: 'policies',
      description: 'Keeps the versions of policies, tries and activates them',
      memory: 1024,
      timeout: Duration.seconds(29),
      environment: {
        POLICIES_TABLE: policies.tableName,
        LOG_TABLE: log.tableName,
        PSEUDONYM_SECRET_ARN: pseudonymSecretArn,
        ...tenancy,
      },
    });
    this.policies.allow(
      // No UpdateItem and no DeleteItem: a version on record does not change.
      onItems(policies, ['GetItem', 'PutItem']),
      onItemsOf(log, ['g#', 'h#', 'k#'], ['BatchGetItem', 'GetItem']),
      writeTableKey(key),
      ...readSecret(pseudonymSecretArn, key),
    );
  }
}
