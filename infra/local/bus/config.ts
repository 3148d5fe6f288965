import type { TargetInput } from '../input-transformer/index.ts';

/** `AWS::Events::EventBus`. The account's `default` bus need not be named. */
export interface BusConfig {
  readonly Arn: string;
  /** `countersign-local`, or for a partner bus `aws.partner/okta.com/…`. */
  readonly Name: string;
}

/** `AWS::Events::EventBusPolicy`. */
export interface BusPolicyConfig {
  /** Name of the bus. @default default */
  readonly EventBusName?: string;
  readonly StatementId: string;
  readonly Statement: PolicyStatement;
}

/** One statement of a resource policy, as IAM writes it. */
export interface PolicyStatement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** `AWS::Events::Rule`. */
export interface RuleConfig {
  readonly Arn: string;
  readonly Name: string;
  /** Name or ARN of the bus. @default default */
  readonly EventBusName?: string;
  /** The pattern, or its JSON text. A rule without one matches no event: it has a schedule. */
  readonly EventPattern?: unknown;
  /** Run by the schedules of local mode, which call {@link Bus.fire}. */
  readonly ScheduleExpression?: string;
  /** @default ENABLED */
  readonly State?: string;
  readonly Targets?: readonly TargetConfig[];
}

/** `AWS::Events::Rule Target`: a function, a queue, or another bus. */
export interface TargetConfig extends TargetInput {
  readonly Id: string;
  readonly Arn: string;
  readonly RetryPolicy?: {
    /** @default 185 */
    readonly MaximumRetryAttempts?: number;
    /** @default 86400 */
    readonly MaximumEventAgeInSeconds?: number;
  };
  readonly DeadLetterConfig?: { readonly Arn?: string };
}

/** `AWS::Events::Archive`. */
export interface ArchiveConfig {
  readonly Arn: string;
  readonly ArchiveName: string;
  /** ARN of the bus. */
  readonly SourceArn: string;
  readonly EventPattern?: unknown;
  /** 0 keeps events for ever, as on AWS. @default 0 */
  readonly RetentionDays?: number;
}

/** An event as rules and targets see it. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
  readonly 'replay-name'?: string;
}

/** Name of a bus from its name or ARN; partner buses have slashes in theirs. */
export function busNameOf(nameOrArn: string | undefined): string {
  if (nameOrArn === undefined || nameOrArn === '') return 'default';
  return nameOrArn.startsWith('arn:')
    ? nameOrArn.slice(nameOrArn.indexOf(':event-bus/') + ':event-bus/'.length)
    : nameOrArn;
}
