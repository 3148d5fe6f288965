import { type Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  type ILayerVersion,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { ASSETS } from '../functions/platform/assets.ts';
import { bundledCode } from './bundle.ts';
import { queueKey, send } from './grants.ts';
import { MonitoredQueue } from './monitored-queue.ts';

/** The functions, by the name of their handler's file. */
export type FunctionName = keyof typeof ASSETS;

/** What all functions of a stage share. */
export interface FunctionDefaults {
  readonly stage: string;
  readonly key: IKey;
  readonly alarmTopic: ITopic | undefined;
  readonly logRetention: RetentionDays;
  readonly logLevel: string;
  /** Keep the logs when the stack goes. */
  readonly retain: boolean;
}

/** What one function is. */
export interface ServiceFunctionProps extends FunctionDefaults {
  readonly functionName: FunctionName;
  /** The room of the handler's file. @default 'decisions' */
  readonly room?: string;
  readonly description: string;
  /** MB. CPU is allotted in proportion: 1,769 MB is one whole virtual CPU. */
  readonly memory: number;
  readonly timeout: Duration;
  readonly environment: Readonly<Record<string, string>>;
  readonly layers?: readonly ILayerVersion[];
  /**
   * Present for a function that services invoke asynchronously: what ends there after its retries is kept, as
   * EventBridge's own dead letters hold only what Lambda never took.
   */
  readonly asynchronous?: { readonly retries: 0 | 1 | 2; readonly within: Duration };
}

/**
 * A function of Countersign: Node 24 on arm64, one bundled file with its assets, a role and a log group of its
 * own, traced. It may do nothing until {@link allow} says so.
 */
export class ServiceFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const { functionName } = props;
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/countersign/${props.stage}/${functionName}`,
      retention: props.logRetention,
      encryptionKey: props.key,
      removalPolicy: props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      description: `Countersign ${props.stage}: function ${functionName}`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(this.role);
    this.function = new LambdaFunction(this, 'Function', {
      functionName: `countersign-${props.stage}-${functionName}`,
      description: props.description,
      code: bundledCode(functionName, {
        entry: `functions/${props.room ?? 'decisions'}/${functionName}.handler.ts`,
        assets: ASSETS[functionName],
      }),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memory,
      timeout: props.timeout,
      tracing: Tracing.ACTIVE,
      role: this.role,
      logGroup,
      layers: [...(props.layers ?? [])],
      environment: {
        ...props.environment,
        LOG_LEVEL: props.logLevel,
        POWERTOOLS_SERVICE_NAME: functionName,
        POWERTOOLS_METRICS_NAMESPACE: 'Countersign',
      },
    });
    if (props.asynchronous) this.#keepFailures(props, props.asynchronous);

    Validations.of(this.role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'xray:PutTraceSegments and xray:PutTelemetryRecords know no resources; a test holds it to those two.',
    });
    Validations.of(this.function).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason: props.asynchronous
        ? 'Its on-failure destination keeps failed events, with the error, which a dead-letter queue does not.'
        : 'No service invokes it asynchronously: there is no event that could be lost.',
    });
  }

  /** Lets the function do what the statements say. */
  allow(...statements: readonly PolicyStatement[]): void {
    for (const statement of statements) this.role.addToPolicy(statement);
  }

  #keepFailures(
    props: ServiceFunctionProps,
    { retries, within }: { retries: number; within: Duration },
  ): void {
    const { queue } = new MonitoredQueue(this, 'Failures', {
      key: props.key,
      alarmTopic: props.alarmTopic,
      meaning: `Function ${props.functionName} failed on an event, its retries included`,
    });
    this.allow(send(queue), queueKey(props.key));
    this.function.configureAsyncInvoke({
      retryAttempts: retries,
      maxEventAge: within,
      // The library's own destination would grant wildcard actions on the queue's key.
      onFailure: { bind: () => ({ destination: queue.queueArn }) },
    });
  }
}
