import { Aws, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';

/**
 * Statements of least privilege, spelled out. The `grant…` methods of the library would do, but under a
 * customer's key they add `kms:ReEncrypt*` and `kms:GenerateDataKey*`, and on a table every index by wildcard.
 */

/** What a function may do to single items; `Query` is granted by index, see {@link queryIndex}. */
export type ItemAction = 'GetItem' | 'BatchGetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem';

const throughService = (key: IKey, service: string, actions: readonly string[]): PolicyStatement =>
  new PolicyStatement({
    actions: actions.map((action) => `kms:${action}`),
    resources: [key.keyArn],
    conditions: {
      StringEquals: { 'kms:ViaService': `${service}.${Stack.of(key).region}.amazonaws.com` },
    },
  });

/** The named actions on the items of a table, and nothing on its indexes. */
export const onItems = (table: Table, actions: readonly ItemAction[]): PolicyStatement =>
  new PolicyStatement({
    actions: actions.map((action) => `dynamodb:${action}`),
    resources: [table.tableArn],
  });

/**
 * As {@link onItems}, for items whose keys begin as given: what else lies in the table is out of reach.
 *
 * @param beginnings of partition keys, as `k#`.
 */
export const onItemsOf = (
  table: Table,
  beginnings: readonly string[],
  actions: readonly ItemAction[],
): PolicyStatement =>
  new PolicyStatement({
    actions: actions.map((action) => `dynamodb:${action}`),
    resources: [table.tableArn],
    conditions: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': beginnings.map((beginning) => `${beginning}*`) },
      // An empty set fulfils a condition for all values.
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  });

/** Querying one index of a table. */
export const queryIndex = (table: Table, index: string): PolicyStatement =>
  new PolicyStatement({ actions: ['dynamodb:Query'], resources: [`${table.tableArn}/index/${index}`] });

/** The use of the key that DynamoDB makes in the name of whoever reads an encrypted table. */
export const readTableKey = (key: IKey): PolicyStatement =>
  throughService(key, 'dynamodb', ['DescribeKey', 'Decrypt']);

/** The use of the key that DynamoDB makes in the name of whoever also writes to an encrypted table. */
export const writeTableKey = (key: IKey): PolicyStatement =>
  throughService(key, 'dynamodb', [
    'DescribeKey',
    'Encrypt',
    'Decrypt',
    'GenerateDataKey',
    'ReEncryptFrom',
    'ReEncryptTo',
  ]);

/** Putting events on one bus under one source. */
export const publish = (bus: EventBus, source: string): PolicyStatement =>
  new PolicyStatement({
    actions: ['events:PutEvents'],
    resources: [bus.eventBusArn],
    conditions: { StringEquals: { 'events:source': source } },
  });

/** Sending messages to one queue. */
export const send = (queue: IQueue): PolicyStatement =>
  new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] });

/** Consuming one queue, with the use of the key that SQS makes for it. */
export const consume = (queue: IQueue, key: IKey): PolicyStatement[] => [
  new PolicyStatement({
    actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
    resources: [queue.queueArn],
  }),
  throughService(key, 'sqs', ['Decrypt']),
];

/** The use of the key that SQS makes in the name of whoever sends to an encrypted queue. */
export const queueKey = (key: IKey): PolicyStatement =>
  throughService(key, 'sqs', ['Decrypt', 'GenerateDataKey']);

/** Reading one secret, with the use of the key that Secrets Manager makes for it. */
export const readSecret = (secretArn: string, key: IKey): PolicyStatement[] => [
  new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] }),
  throughService(key, 'secretsmanager', ['Decrypt']),
];

/** Signing with an asymmetric key that stays in KMS, and reading its public half; or one of these. */
export const signWith = (
  key: IKey,
  actions: readonly ('GetPublicKey' | 'Sign')[] = ['GetPublicKey', 'Sign'],
): PolicyStatement =>
  new PolicyStatement({ actions: actions.map((action) => `kms:${action}`), resources: [key.keyArn] });

/** Reading one object, by its `s3://bucket/key`. */
export const readObject = (uri: string): PolicyStatement =>
  new PolicyStatement({
    actions: ['s3:GetObject'],
    resources: [`arn:${Aws.PARTITION}:s3:::${uri.replace(/^s3:\/\//, '')}`],
  });

/** Delivering records to one stream of Firehose. Its key is used in Firehose's own name. */
export const deliver = (stream: CfnDeliveryStream): PolicyStatement =>
  new PolicyStatement({ actions: ['firehose:PutRecordBatch'], resources: [stream.attrArn] });
