import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnLoggingConfiguration, CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';

/** Requests that one address may make in five minutes: the page of a request looks every three seconds. */
export const REQUESTS_PER_ADDRESS = 3_000;

/** What {@link EdgeFirewall} is told. */
export interface EdgeFirewallProps {
  readonly stage: string;
  /** In five minutes. Whole offices, and carriers' customers, share one. */
  readonly requestsPerAddress: number;
  readonly logRetention: RetentionDays;
  /** Keep the log when the stack goes. */
  readonly retain: boolean;
}

/**
 * Rules of AWS's common set that only count here, each with what it would block: a presentation is some tens of
 * kilobytes, JSON-LD is full of URLs, a credential may hold any text, and wallets need not name themselves. The
 * functions bound and parse bodies strictly.
 */
const COUNTED = [
  'SizeRestrictions_BODY',
  'CrossSiteScripting_BODY',
  'GenericLFI_BODY',
  'GenericRFI_BODY',
  'EC2MetaDataSSRF_BODY',
  'NoUserAgent_HEADER',
];

/**
 * The web ACL of the distribution before the API. CloudFront takes one from us-east-1 only, so it has a stack of its
 * own there, wherever the API is.
 */
export class EdgeFirewall extends Construct {
  readonly webAclArn: string;

  constructor(scope: Construct, id: string, props: EdgeFirewallProps) {
    super(scope, id);
    const { stage } = props;
    const visible = (name: string) => ({
      cloudWatchMetricsEnabled: true,
      metricName: `countersign-${stage}-${name}`,
      // Samples would keep whole requests, with what people present in them.
      sampledRequestsEnabled: false,
    });
    const managed = (
      name: string,
      priority: number,
      counted: readonly string[] = [],
    ): CfnWebACL.RuleProperty => ({
      name,
      priority,
      overrideAction: { none: {} },
      statement: {
        managedRuleGroupStatement: {
          vendorName: 'AWS',
          name: `AWSManagedRules${name}`,
          ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
        },
      },
      visibilityConfig: visible(name),
    });
    const acl = new CfnWebACL(this, 'Acl', {
      name: `countersign-${stage}`,
      description: `Countersign ${stage}: what is refused before it reaches the API`,
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      rules: [
        {
          name: 'Rate',
          priority: 0,
          action: { block: { customResponse: { responseCode: 429 } } },
          statement: {
            rateBasedStatement: {
              aggregateKeyType: 'IP',
              limit: props.requestsPerAddress,
              evaluationWindowSec: 300,
            },
          },
          visibilityConfig: visible('Rate'),
        },
        managed('AmazonIpReputationList', 1),
        managed('KnownBadInputsRuleSet', 2),
        managed('CommonRuleSet', 3, COUNTED),
      ],
      visibilityConfig: visible('all'),
    });
    this.webAclArn = acl.attrArn;

    const log = new LogGroup(this, 'Blocked', {
      // The prefix is one that the service insists on.
      logGroupName: `aws-waf-logs-countersign-${stage}`,
      retention: props.logRetention,
      removalPolicy: props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: acl.attrArn,
      logDestinationConfigs: [log.logGroupArn],
      // Only what was blocked, and without what opens something: paths hold ids of requests and links.
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: [{ ActionCondition: { Action: 'BLOCK' } }],
          },
        ],
      },
      redactedFields: [
        { uriPath: {} },
        { queryString: {} },
        ...['authorization', 'cookie'].map((Name) => ({ singleHeader: { Name } })),
      ],
    });
  }
}
