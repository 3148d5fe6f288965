import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { afterAll, describe, expect, it } from 'vitest';
import { type Resource, resourcesOf, testApp } from './test-app.ts';

const made: ReturnType<typeof testApp>[] = [];
afterAll(() => {
  for (const { remove } of made) remove();
});

/** The stacks of one stage under these settings, by name. */
const stacksOf = (stage: string, settings: object): Record<string, Stack> => {
  const one = testApp({ stage, countersign: { [stage]: settings } });
  made.push(one);
  return Object.fromEntries(
    one.app.node.children.filter((child) => child instanceof Stack).map((stack) => [stack.stackName, stack]),
  );
};
const CUSTOM = {
  webAclArn: 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/own/0b1c',
  domainName: 'verify.example',
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/0b1c',
};
/** The properties of the one resource of a type. */
const onlyOf = (template: Template, type: string): Resource['Properties'] => {
  const found = resourcesOf(template, type);
  expect(found).toHaveLength(1);
  return found[0]![1].Properties;
};
/** The environment of one function of a template. */
const environmentOf = (template: Template, name: string): Record<string, unknown> =>
  resourcesOf(template, 'AWS::Lambda::Function').find(([, { Properties }]) =>
    String(Properties.FunctionName).endsWith(`-${name}`),
  )![1].Properties.Environment.Variables;

const prod = stacksOf('prod', {});
const main = Template.fromStack(prod['countersign-prod']!);
const firewall = Template.fromStack(prod['countersign-prod-edge']!);

describe('the firewall', () => {
  it('is made for prod, in the one region that CloudFront takes it from', () => {
    expect(Object.keys(prod)).toEqual(['countersign-prod-edge', 'countersign-prod']);
    expect(prod['countersign-prod-edge']!.region).toBe('us-east-1');
    expect(prod['countersign-prod']!.dependencies).toEqual([prod['countersign-prod-edge']]);
    firewall.hasResourceProperties('AWS::WAFv2::WebACL', {
      Scope: 'CLOUDFRONT',
      DefaultAction: { Allow: {} },
    });
  });

  it('is made for no other stage unless it is asked for, and then not for stage local', () => {
    expect(Object.keys(stacksOf('dev', {}))).toEqual(['countersign-dev']);
    expect(Object.keys(stacksOf('dev', { edge: true }))).toEqual(['countersign-dev-edge', 'countersign-dev']);
    expect(Object.keys(stacksOf('prod', { edge: false }))).toEqual(['countersign-prod']);
    expect(() => stacksOf('local', { edge: true })).toThrow(/no CloudFront on one machine/);
  });

  it('bounds what one address may send, before all other rules, and answers 429', () => {
    const rules: { Name: string; Priority: number }[] = onlyOf(firewall, 'AWS::WAFv2::WebACL').Rules;
    expect(rules.map(({ Name, Priority }) => [Priority, Name])).toEqual([
      [0, 'Rate'],
      [1, 'AmazonIpReputationList'],
      [2, 'KnownBadInputsRuleSet'],
      [3, 'CommonRuleSet'],
    ]);
    expect(rules[0]).toMatchObject({
      Action: { Block: { CustomResponse: { ResponseCode: 429 } } },
      Statement: { RateBasedStatement: { AggregateKeyType: 'IP', Limit: 3000, EvaluationWindowSec: 300 } },
    });
    const own = stacksOf('prod', { edge: { requestsPerAddress: 500 } });
    Template.fromStack(own['countersign-prod-edge']!).hasResourceProperties('AWS::WAFv2::WebACL', {
      Rules: Match.arrayWith([
        Match.objectLike({ Statement: { RateBasedStatement: Match.objectLike({ Limit: 500 }) } }),
      ]),
    });
  });

  it('lets presentations through: their size, URLs and text are for the functions to judge', () => {
    // biome-ignore lint/suspicious/noExplicitAny: rules as CloudFormation has them
    const rules: any[] = onlyOf(firewall, 'AWS::WAFv2::WebACL').Rules;
    const groups = rules.slice(1).map((rule) => rule.Statement.ManagedRuleGroupStatement);
    for (const group of groups.slice(0, 2)) expect(group.RuleActionOverrides).toEqual([]);
    expect(groups[2].RuleActionOverrides).toEqual(
      [
        'SizeRestrictions_BODY',
        'CrossSiteScripting_BODY',
        'GenericLFI_BODY',
        'GenericRFI_BODY',
        'EC2MetaDataSSRF_BODY',
        'NoUserAgent_HEADER',
      ].map((Name) => ({ Name, ActionToUse: { Count: {} } })),
    );
  });

  it('logs what it blocked, for so long, and nothing that opens a request; it samples none', () => {
    firewall.hasResourceProperties('AWS::WAFv2::LoggingConfiguration', {
      LoggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          Match.objectLike({ Behavior: 'KEEP', Conditions: [{ ActionCondition: { Action: 'BLOCK' } }] }),
        ],
      },
      RedactedFields: [
        { UriPath: {} },
        { QueryString: {} },
        { SingleHeader: { Name: 'authorization' } },
        { SingleHeader: { Name: 'cookie' } },
      ],
    });
    firewall.hasResource('AWS::Logs::LogGroup', {
      DeletionPolicy: 'Retain',
      Properties: { LogGroupName: 'aws-waf-logs-countersign-prod', RetentionInDays: 30 },
    });
    expect(JSON.stringify(firewall.toJSON())).not.toContain('"SampledRequestsEnabled":true');
  });
});

describe('the distribution', () => {
  it('calls the API by TLS 1.2 only, under the firewall, and caches nothing', () => {
    main.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: Match.objectLike({
        Enabled: true,
        WebACLId: Match.anyValue(),
        DefaultCacheBehavior: Match.objectLike({
          ViewerProtocolPolicy: 'https-only',
          // CachingDisabled, and AllViewerExceptHostHeader: the same ids in every account.
          CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
          OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
        }),
        Origins: [
          Match.objectLike({
            CustomOriginConfig: Match.objectLike({
              OriginProtocolPolicy: 'https-only',
              OriginSSLProtocols: ['TLSv1.2'],
            }),
          }),
        ],
      }),
    });
  });

  it("shows a secret that is in no template, and the wallets' function alone asks for it", () => {
    const { Origins: origins } = onlyOf(main, 'AWS::CloudFront::Distribution').DistributionConfig;
    const [header] = origins[0].OriginCustomHeaders;
    expect(header.HeaderName).toBe('x-countersign-edge');
    expect(JSON.stringify(header.HeaderValue)).toMatch(/\{\{resolve:secretsmanager:/);
    expect(environmentOf(main, 'wallet')).toHaveProperty('EDGE_SECRET_ARN');
    for (const name of ['presentations', 'vc-api', 'score'])
      expect(environmentOf(main, name)).not.toHaveProperty('EDGE_SECRET_ARN');
    const dev = Template.fromStack(stacksOf('dev', {})['countersign-dev']!);
    expect(environmentOf(dev, 'wallet')).not.toHaveProperty('EDGE_SECRET_ARN');
    expect(resourcesOf(dev, 'AWS::CloudFront::Distribution')).toEqual([]);
  });

  it('is where wallets are told to go, unless another address is stated', () => {
    const id = resourcesOf(main, 'AWS::CloudFront::Distribution')[0]![0];
    for (const name of ['wallet', 'presentations'])
      expect(environmentOf(main, name).PUBLIC_URL).toEqual({
        'Fn::Join': ['', ['https://', { 'Fn::GetAtt': [id, 'DomainName'] }]],
      });
    const own = stacksOf('prod', { verifier: { publicUrl: 'https://wallets.example' } });
    expect(environmentOf(Template.fromStack(own['countersign-prod']!), 'wallet').PUBLIC_URL).toBe(
      'https://wallets.example',
    );
  });

  it('takes a web ACL and a name of your own, and then needs no second stack', () => {
    const own = stacksOf('dev', { edge: CUSTOM });
    expect(Object.keys(own)).toEqual(['countersign-dev']);
    const template = Template.fromStack(own['countersign-dev']!);
    template.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: Match.objectLike({
        WebACLId: CUSTOM.webAclArn,
        Aliases: ['verify.example'],
        ViewerCertificate: Match.objectLike({ MinimumProtocolVersion: 'TLSv1.2_2021' }),
      }),
    });
    expect(environmentOf(template, 'wallet').PUBLIC_URL).toBe('https://verify.example');
  });

  it.each([
    ['an ACL of another region', { webAclArn: CUSTOM.webAclArn.replace('us-east-1', 'eu-central-1') }],
    ['an ACL for a load balancer', { webAclArn: CUSTOM.webAclArn.replace('global', 'regional') }],
    [
      'a certificate of another region',
      { ...CUSTOM, certificateArn: 'arn:aws:acm:eu-west-1:1:certificate/x' },
    ],
    ['a name without its certificate', { domainName: 'verify.example' }],
    ['an address for a name', { ...CUSTOM, domainName: 'https://verify.example' }],
    ['a limit that the service refuses', { requestsPerAddress: 9 }],
  ])('is refused with %s', (_, edge) => {
    expect(() => stacksOf('dev', { edge })).toThrow(/The context is wrong/);
  });
});

describe('a stage in another region', () => {
  const there = stacksOf('prod', { region: 'eu-central-1' });

  it('is told the ARN of its firewall across regions', () => {
    expect(there['countersign-prod']!.region).toBe('eu-central-1');
    expect(there['countersign-prod-edge']!.region).toBe('us-east-1');
    const template = Template.fromStack(there['countersign-prod']!);
    const { WebACLId: reference } = onlyOf(template, 'AWS::CloudFront::Distribution').DistributionConfig;
    expect(JSON.stringify(reference)).toMatch(/ExportsReader/);
  });

  it.each(Object.entries(there))('has nothing unacknowledged in %s', (_, stack) => {
    const findings = [new AwsSolutionsChecks(), new ServerlessChecks()].flatMap((pack) =>
      pack.validateScope(stack).violations.map(({ ruleName }) => ruleName),
    );
    expect(findings).toEqual([]);
  });
});
