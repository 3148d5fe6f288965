import { Aws, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, LogStream, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { LOG_DAYS } from '../functions/decisions/log.store.ts';

/** What {@link LogArchive} is told. */
export interface LogArchiveProps {
  readonly stage: string;
  readonly key: IKey;
  readonly logRetention: RetentionDays;
  /** Keep the archive when the stack goes. */
  readonly retain: boolean;
}

/** Hive-style, so that Athena and the like read an hour without reading the rest. */
const PARTITIONS = 'year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/';

/**
 * A second home of the log: JSON lines on S3, partitioned by the hour of their arrival, under the deployment's key.
 * What it holds of people is encrypted under their own keys, as in the table, so that erasing somebody reaches it.
 */
export class LogArchive extends Construct {
  readonly bucket: Bucket;
  readonly stream: CfnDeliveryStream;

  constructor(scope: Construct, id: string, props: LogArchiveProps) {
    super(scope, id);
    const { stage, key } = props;
    const removalPolicy = props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      // What was written once stays readable, whatever is written over it.
      versioned: true,
      lifecycleRules: [
        { expiration: Duration.days(LOG_DAYS), noncurrentVersionExpiration: Duration.days(LOG_DAYS) },
      ],
      removalPolicy,
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Reads of the archive are for CloudTrail data events, which an account turns on; a bucket of access logs would need one too.',
    });
    const logGroup = new LogGroup(this, 'Errors', {
      logGroupName: `/countersign/${stage}/archive`,
      retention: props.logRetention,
      encryptionKey: key,
      removalPolicy,
    });
    const logStream = new LogStream(this, 'Delivery', { logGroup, removalPolicy });
    const role = new Role(this, 'Role', {
      description: `Countersign ${stage}: delivers the log to its archive`,
      assumedBy: new ServicePrincipal('firehose.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    const throughS3 = {
      'kms:ViaService': `s3.${Aws.REGION}.amazonaws.com`,
    };
    for (const statement of [
      new PolicyStatement({
        actions: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
        resources: [`${this.bucket.bucketArn}/*`],
      }),
      new PolicyStatement({
        actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
        resources: [this.bucket.bucketArn],
      }),
      new PolicyStatement({
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [key.keyArn],
        conditions: { StringEquals: throughS3 },
      }),
      new PolicyStatement({
        actions: ['logs:PutLogEvents'],
        resources: [`${logGroup.logGroupArn.replace(/:\*$/, '')}:log-stream:${logStream.logStreamName}`],
      }),
    ])
      role.addToPolicy(statement);
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${Stack.of(this).getLogicalId(this.bucket.node.defaultChild as CfnBucket)}.Arn>/*]`,
      reason: 'Firehose names the objects of its own bucket itself; there is no narrower set of them.',
    });
    this.stream = new CfnDeliveryStream(this, 'Stream', {
      deliveryStreamName: `countersign-${stage}-log`,
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: {
        keyType: 'CUSTOMER_MANAGED_CMK',
        keyArn: key.keyArn,
      },
      extendedS3DestinationConfiguration: {
        bucketArn: this.bucket.bucketArn,
        roleArn: role.roleArn,
        prefix: `log/${PARTITIONS}`,
        errorOutputPrefix: `failed/!{firehose:error-output-type}/${PARTITIONS}`,
        fileExtension: '.jsonl.gz',
        compressionFormat: 'GZIP',
        bufferingHints: { intervalInSeconds: 300, sizeInMBs: 32 },
        encryptionConfiguration: { kmsEncryptionConfig: { awskmsKeyArn: key.keyArn } },
        cloudWatchLoggingOptions: {
          enabled: true,
          logGroupName: logGroup.logGroupName,
          logStreamName: logStream.logStreamName,
        },
      },
    });
    // Firehose tries bucket and key when the stream is made: the role must have its policy by then.
    this.stream.node.addDependency(role);
  }
}
