import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** What {@link Encryption} is told. */
export interface EncryptionProps {
  readonly stage: string;
  /** Keep the key when the stack goes. */
  readonly retain: boolean;
}

/**
 * The one key under which everything that outlives a request lies: tables, queues, archive, secret, logs.
 *
 * Functions are let at it one by one, through the service they use it with ({@link grants}); here only the two
 * services that write on their own behalf are named. `ReEncrypt*` and the like are spelled out.
 */
export class Encryption extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, props: EncryptionProps) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      alias: `countersign/${props.stage}`,
      description: `Countersign ${props.stage}: tables, queues, event archive, pseudonym secret, logs`,
      enableKeyRotation: true,
      removalPolicy: props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const eventBridge = [new ServicePrincipal('events.amazonaws.com')];
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'QueuesOfThisAccount',
        principals: eventBridge,
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'ArchiveOfThisStage',
        principals: eventBridge,
        actions: ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
        resources: ['*'],
        conditions: {
          StringEquals: {
            'kms:EncryptionContext:aws:events:event-bus:arn': `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:event-bus/countersign-${props.stage}`,
          },
        },
      }),
    );
    // EventBridge looks at the key before it has an archive to speak for: this one can bear no condition.
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'ArchiveIsMade',
        principals: eventBridge,
        actions: ['kms:DescribeKey'],
        resources: ['*'],
      }),
    );
    const logGroups = `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:`;
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'LogsOfThisStage',
        principals: [new ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
        actions: [
          'kms:DescribeKey',
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:GenerateDataKey',
          'kms:GenerateDataKeyWithoutPlaintext',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
        ],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': [
              `${logGroups}/countersign/${props.stage}/*`,
              `${logGroups}/aws/vendedlogs/countersign/${props.stage}/*`,
            ],
          },
        },
      }),
    );
  }
}
