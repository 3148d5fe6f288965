import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Stack, Validations } from 'aws-cdk-lib';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks, type NagPack, ServerlessChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { afterAll, describe, expect, it } from 'vitest';
import { countersignApp } from './application.ts';
import { ROOT } from './bundle.ts';
import { SettingsError } from './settings.ts';
import { templatesOf, testApp } from './test-app.ts';

const plain = testApp();
const local = testApp({ stage: 'local' });
afterAll(() => {
  plain.remove();
  local.remove();
});

const findings = (root: IConstruct): string[] =>
  [new AwsSolutionsChecks(), new ServerlessChecks()].flatMap((pack: NagPack) =>
    pack
      .validateScope(root)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
      ),
  );

const acknowledgements = (root: IConstruct): [id: string, reason: string][] =>
  root.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.entries(data as Record<string, string>));

describe('cdk-nag', () => {
  it.each([
    ['dev', plain.app, 'countersign-dev'],
    ['prod', plain.app, 'countersign-prod'],
    ["prod's firewall", plain.app, 'countersign-prod-edge'],
    ['local', local.app, 'countersign-local'],
  ])('finds nothing unacknowledged in %s', (_, app, stack) => {
    expect(findings(app.node.findChild(stack))).toEqual([]);
  });

  it('does look', () => {
    const { app, remove } = testApp();
    const stack = app.node.findChild('countersign-dev') as Stack;
    new CfnQueue(stack, 'Careless');
    expect(findings(stack).map((finding) => finding.split(' ')[0])).toEqual([
      'AwsSolutions-SQS3',
      'AwsSolutions-SQS4',
      'Serverless-SQSRedrivePolicy',
    ]);
    remove();
  });

  it('stops the synthesis on what it finds, with both packs', () => {
    const program = `
      import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
      import { countersignApp } from './infra/application.ts';
      const app = countersignApp(${JSON.stringify(plain.geoData)}, {
        outdir: ${JSON.stringify(join(plain.geoData, '..', 'careless'))},
        context: { stage: 'dev', 'aws:cdk:bundling-stacks': [], countersign: {} },
      });
      new CfnQueue(app.node.findChild('countersign-dev'), 'Careless');
      app.synth();`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    for (const finding of ['AwsSolutions-SQS4', 'Serverless-SQSRedrivePolicy'])
      expect(stderr).toContain(finding);
  }, 120_000);

  it('is answered with a reason each time, and never for a whole stack', () => {
    const given = acknowledgements(plain.app);
    for (const [id, reason] of given) expect(`${id}: ${reason}`).toMatch(/: .{60,}[.]$/);
    expect([...new Set(given.map(([id]) => id.replace(/^annotation::/i, '')))].sort()).toEqual([
      'AwsSolutions-APIG4',
      'AwsSolutions-CFR1',
      'AwsSolutions-CFR3',
      'AwsSolutions-CFR4',
      'AwsSolutions-COG8',
      'AwsSolutions-IAM5[Resource::*]',
      expect.stringMatching(/^AwsSolutions-IAM5\[Resource::<CountersignChainsArchiveBucket\w+\.Arn>\/\*\]$/),
      'AwsSolutions-S1',
      'AwsSolutions-SMG4',
      'AwsSolutions-SQS3',
      'Serverless-LambdaDLQ',
      'Serverless-LambdaEventSourceMappingDestination',
      'Serverless-SQSRedrivePolicy',
    ]);
    const ofStacks = plain.app.node.children
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY);
    expect(ofStacks).toEqual([]);
  });
});

describe('the stages', () => {
  const templates = templatesOf(plain.app);
  const localTemplate = templatesOf(local.app).local!;

  it('are dev and prod; prod cannot be deleted by a slip', () => {
    expect(Object.keys(templates)).toEqual(['dev', 'prod']);
    const stacks = plain.app.node.children.filter((child) => child instanceof Stack);
    expect(stacks.map(({ stackName, terminationProtection }) => [stackName, terminationProtection])).toEqual([
      ['countersign-dev', false],
      ['countersign-prod-edge', true],
      ['countersign-prod', true],
    ]);
  });

  it('need no account; local can be deployed to none', () => {
    const accountOf = (name: string, { app } = plain) =>
      (app.node.findChild(`countersign-${name}`) as Stack).account;
    expect(accountOf('dev')).toMatch(/Token/);
    expect(accountOf('prod')).toMatch(/Token/);
    expect(accountOf('local', local)).toBe('000000000000');
  });

  it('let a token be unbound in local only, whose partner buses are those of the fixtures', () => {
    expect(JSON.stringify(localTemplate.toJSON())).toContain('"UNBOUND_TENANTS":"true"');
    for (const partner of ['auth0', 'okta'])
      localTemplate.hasResourceProperties('AWS::Events::Rule', {
        EventBusName: `aws.partner/${partner}.com/countersign-demo/logs`,
      });
  });

  it('refuse settings that are wrong, before anything is made', () => {
    expect(() => countersignApp(plain.geoData, { context: { stage: 'staging' } })).toThrow(SettingsError);
  });

  /** Asset hashes change with every line of code; what the snapshot is for does not. */
  const withoutHashes = (template: object): string =>
    JSON.stringify(template, undefined, 2).replace(/\b[0-9a-f]{64}\b/g, '<asset>');

  it.each(Object.entries(templates))('deploy what they deployed: %s', async (stage, template) => {
    await expect(withoutHashes(template.toJSON())).toMatchFileSnapshot(
      `__snapshots__/${stage}.template.snap`,
    );
  });
});
