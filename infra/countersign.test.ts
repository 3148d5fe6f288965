import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, it } from 'vitest';
import { ASSETS } from '../functions/platform/index.ts';
import { ROOT } from './bundle.ts';
import { Countersign } from './countersign.ts';
import { type Resource, resourcesOf, templatesOf, testApp } from './test-app.ts';

const PRODUCER = { account: '111122223333', sources: ['shop.example', 'bank.example'] };
const OKTA = 'aws.partner/okta.com/acme/prod';

const made = testApp({
  countersign: {
    dev: { producers: [PRODUCER], partnerBuses: [OKTA], corsOrigins: ['https://console.example'] },
    prod: {
      mode: 'enforce',
      oidc: { issuer: 'https://id.example', audience: ['countersign'] },
      alarmTopicArn: 'arn:aws:sns:eu-central-1:111122223333:alarms',
    },
  },
});
afterAll(made.remove);
const templates = templatesOf(made.app);
const dev = templates.dev!;
const prod = templates.prod!;
const both = Object.entries(templates);

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

const listOf = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** Every policy statement of a template, whatever resource it hangs on, with that resource's type and id. */
const statementsOf = (template: Template): { type: string; id: string; statement: Statement }[] => {
  const found: { type: string; id: string; statement: Statement }[] = [];
  const walk = (value: unknown, type: string, id: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const { Effect, Action } = value as Partial<Statement>;
    if (Effect !== undefined && Action !== undefined)
      found.push({ type, id, statement: value as unknown as Statement });
    for (const inner of Object.values(value)) walk(inner, type, id);
  };
  const { Resources } = template.toJSON() as { Resources: Record<string, Resource> };
  for (const [id, resource] of Object.entries(Resources)) walk(resource.Properties, resource.Type, id);
  return found;
};

/** The function whose role a policy hangs on. */
const functionOf = (id: string): string | undefined =>
  /(?:Functions|Validation|People|Chains|Management|Completion|Enrolment)(\w+?)Role/.exec(id)?.[1];

const nameIn = (arn: unknown): string => (arn as { 'Fn::GetAtt'?: [string] })['Fn::GetAtt']?.[0] ?? '';

describe.each(both)('least privilege in %s', (_, template) => {
  const statements = statementsOf(template);
  const allowed = statements.filter(({ statement }) => statement.Effect === 'Allow');

  it('looks at the statements of roles, queues, the bus and the key', () => {
    const types = new Set(statements.map(({ type }) => type));
    expect([...types].sort()).toEqual([
      'AWS::Events::EventBusPolicy',
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::KMS::Key',
      'AWS::S3::BucketPolicy',
      'AWS::SQS::QueuePolicy',
    ]);
  });

  it("allows no action by wildcard, but for the account's own use of its key", () => {
    const wild = allowed.filter(({ statement }) =>
      listOf(statement.Action).some((action) => action.includes('*')),
    );
    // One for each key: of data, of requests to wallets, of security events, of the log's roots.
    expect(wild.map(({ type, statement }) => [type, statement.Action])).toEqual([
      ['AWS::KMS::Key', 'kms:*'],
      ['AWS::KMS::Key', 'kms:*'],
      ['AWS::KMS::Key', 'kms:*'],
      ['AWS::KMS::Key', 'kms:*'],
    ]);
    for (const { statement } of wild) expect(JSON.stringify(statement.Principal)).toMatch(/:root"/);
  });

  it('allows a role every resource only for traces, which have none', () => {
    const open = allowed
      .filter(({ type }) => type === 'AWS::IAM::Policy')
      // Firehose names the objects of its own bucket.
      .filter(({ id }) => !id.startsWith('CountersignChainsArchiveRole'))
      .filter(({ statement }) => JSON.stringify(statement.Resource).includes('*'));
    expect(open).toHaveLength(Object.keys(ASSETS).length);
    for (const { statement } of open)
      expect(statement.Action).toEqual(['xray:PutTraceSegments', 'xray:PutTelemetryRecords']);
  });

  it('lets no function at the key but through the service that holds the data', () => {
    const uses = allowed.filter(
      ({ type, statement }) =>
        type === 'AWS::IAM::Policy' && listOf(statement.Action).some((action) => action.startsWith('kms:')),
    );
    const [signing, data] = [true, false].map((signs) =>
      uses.filter(
        ({ statement }) =>
          statement.Action !== 'kms:GetPublicKey' && listOf(statement.Action).includes('kms:Sign') === signs,
      ),
    ) as [typeof uses, typeof uses];
    expect(data.length).toBeGreaterThan(0);
    for (const { statement } of data)
      expect(statement.Condition?.StringEquals).toHaveProperty('kms:ViaService');
    for (const { statement } of signing) expect(statement.Action).toEqual(['kms:GetPublicKey', 'kms:Sign']);
    expect(signing.map(({ id, statement }) => [functionOf(id), nameIn(statement.Resource)])).toEqual([
      ['Presentations', expect.stringContaining('Requests')],
      ['Wallet', expect.stringContaining('Requests')],
      ['Transmit', expect.stringContaining('Signing')],
      ['Log', expect.stringContaining('Roots')],
    ]);
  });

  it('gives each function the table actions that its code uses, and no scan to any', () => {
    const actions = (name: string) =>
      allowed
        .filter(({ type, id }) => type === 'AWS::IAM::Policy' && functionOf(id) === name)
        .flatMap(({ statement }) =>
          listOf(statement.Action)
            .filter((action) => action.startsWith('dynamodb:'))
            .map(
              (action) =>
                `${action.slice(9)} ${/Decisions|Baselines|Presentations|Issuers|TablesSessions|TablesStreams|TablesReviews|TablesPolicies|TablesWallets/.exec(JSON.stringify(statement.Resource))}`,
            ),
        )
        .sort();
    expect(actions('Score')).toEqual([
      'BatchGetItem Baselines',
      'BatchGetItem Decisions',
      'GetItem Decisions',
      'GetItem TablesPolicies',
      'GetItem TablesWallets',
      'PutItem Baselines',
      'PutItem Decisions',
      'PutItem Presentations',
    ]);
    expect(actions('Complete')).toEqual([
      'BatchGetItem Baselines',
      'DeleteItem TablesWallets',
      'GetItem Decisions',
      'GetItem Presentations',
      'GetItem TablesPolicies',
      'GetItem TablesWallets',
      'PutItem Baselines',
      'PutItem TablesWallets',
      'UpdateItem Decisions',
      'UpdateItem Presentations',
    ]);
    expect(actions('Decisions')).toEqual(['GetItem Decisions']);
    expect(actions('Settle')).toEqual([
      'BatchGetItem Baselines',
      'BatchGetItem Decisions',
      'PutItem Baselines',
      'UpdateItem Decisions',
    ]);
    expect(actions('Sweep')).toEqual([
      'BatchGetItem Baselines',
      'BatchGetItem Decisions',
      'PutItem Baselines',
      'Query Decisions',
      'Query Presentations',
      'UpdateItem Presentations',
    ]);
    expect(actions('Presentations')).toEqual([
      'GetItem Issuers',
      'GetItem Presentations',
      'PutItem Presentations',
      'UpdateItem Presentations',
    ]);
    expect(actions('Wallet')).toEqual([
      'GetItem Issuers',
      'GetItem Presentations',
      'UpdateItem Presentations',
    ]);
    expect(actions('Wallets')).toEqual([
      'DeleteItem TablesWallets',
      'GetItem Decisions',
      'GetItem TablesWallets',
      'PutItem Presentations',
      'PutItem TablesWallets',
    ]);
    expect(actions('Subjects').filter((action) => action.endsWith('Wallets'))).toEqual([
      'DeleteItem TablesWallets',
      'GetItem TablesWallets',
    ]);
    expect(actions('VcApi')).toEqual(['GetItem Issuers']);
    expect(actions('TrustedIssuers')).toEqual([
      'DeleteItem Issuers',
      'GetItem Issuers',
      'PutItem Issuers',
      'UpdateItem Issuers',
    ]);
    expect(actions('Sessions')).toEqual([
      'BatchGetItem Decisions',
      'BatchGetItem TablesSessions',
      'PutItem TablesSessions',
    ]);
    expect(actions('Signals')).toEqual(['GetItem TablesSessions', 'PutItem TablesSessions']);
    expect(actions('Streams')).toEqual([
      'BatchGetItem TablesStreams',
      'DeleteItem TablesStreams',
      'PutItem TablesStreams',
      'Query TablesStreams',
      'UpdateItem TablesStreams',
    ]);
    expect(actions('Transmit')).toEqual([
      'BatchGetItem TablesStreams',
      'PutItem TablesStreams',
      'Query TablesStreams',
      'UpdateItem TablesStreams',
    ]);
  });

  it('gives those who hear people what they need, and the public link no index and no outcome', () => {
    const uses = (name: string) =>
      allowed
        .filter(({ type, id }) => type === 'AWS::IAM::Policy' && functionOf(id) === name)
        .flatMap(({ statement }) =>
          listOf(statement.Action)
            .filter((action) => action.startsWith('dynamodb:'))
            .map((action) => {
              const resource = JSON.stringify(statement.Resource);
              const table = /Tables(Decisions|Baselines|Reviews|Policies|Log)/.exec(resource)?.[1];
              return `${action.slice(9)} ${table}${/index\/(\w+)/.exec(resource)?.[0] ?? ''}`;
            }),
        )
        .sort();
    const both = ['BatchGetItem Baselines', 'GetItem Decisions', 'GetItem Reviews', 'PutItem Baselines'];
    expect(uses('Feedback')).toEqual([...both, 'PutItem Reviews']);
    expect(uses('Reviews')).toEqual([
      'BatchGetItem Baselines',
      'BatchGetItem Decisions',
      'BatchGetItem Log',
      'GetItem Decisions',
      'GetItem Policies',
      ...both.slice(2),
      'PutItem Reviews',
      'Query Reviewsindex/due',
      'Query Reviewsindex/queue',
      'Query Reviewsindex/subject',
      'UpdateItem Decisions',
    ]);
  });

  it('lets the log grow, and nobody take from it', () => {
    const uses = allowed.filter(
      ({ type, statement }) =>
        type === 'AWS::IAM::Policy' && JSON.stringify(statement.Resource).includes('TablesLog'),
    );
    expect(uses.map(({ id, statement }) => [functionOf(id), statement.Action])).toEqual([
      ['Reviews', 'dynamodb:BatchGetItem'],
      ['Subjects', ['dynamodb:BatchGetItem', 'dynamodb:DeleteItem']],
      ['Log', ['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'].map((action) => `dynamodb:${action}`)],
      ['Policies', ['dynamodb:BatchGetItem', 'dynamodb:GetItem']],
    ]);
    // Who looks up a subject's events reaches notes, and who erases a subject keys and notes: no chain.
    for (const [index, keys] of [['u#*'], ['k#*', 'u#*']].entries())
      expect(uses[index]?.statement.Condition).toEqual({
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      });
  });

  it('lets each rule and each route invoke its own function only', () => {
    const permissions = resourcesOf(template, 'AWS::Lambda::Permission').map(
      ([, { Properties }]) => Properties,
    );
    expect(permissions).toHaveLength(64);
    for (const { Action, SourceArn } of permissions) {
      expect(Action).toBe('lambda:InvokeFunction');
      expect(SourceArn).toBeDefined();
    }
  });

  it('lets those send to a queue who have something to say there, and nobody else', () => {
    const senders = (queue: string) =>
      allowed
        .filter(
          ({ type, statement }) =>
            type === 'AWS::IAM::Policy' &&
            statement.Action === 'sqs:SendMessage' &&
            nameIn(statement.Resource).includes(queue),
        )
        .map(({ id }) => functionOf(id))
        .sort();
    expect(senders('ValidationCountingQueue')).toEqual(['Score', 'Signals']);
    expect(senders('ValidationTransmittingQueue')).toEqual(['Sessions', 'Streams']);
    expect(senders('ValidationUndeliverable')).toEqual(['Transmit']);
    expect(senders('AnsweredQueue')).toEqual(['Presentations', 'Sweep', 'Wallet']);
  });

  it('lets functions put events as Countersign and as nobody else', () => {
    const publishing = allowed.filter(
      ({ id, statement }) => functionOf(id) !== undefined && statement.Action === 'events:PutEvents',
    );
    expect(publishing.map(({ id }) => functionOf(id)).sort()).toEqual([
      'Complete',
      'Feedback',
      'Reviews',
      'Score',
      'Sessions',
      'Sweep',
    ]);
    for (const { statement } of publishing)
      expect(statement.Condition).toEqual({ StringEquals: { 'events:source': 'countersign' } });
  });
});

describe('who may speak on the bus', () => {
  const policies = resourcesOf(dev, 'AWS::Events::EventBusPolicy').map(([, { Properties }]) => Properties);

  it('admits a producer by its account and its sources', () => {
    const [policy] = policies.filter(({ StatementId }) => StatementId === 'Producer111122223333');
    expect(policy?.Statement).toMatchObject({
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Condition: { StringEquals: { 'events:source': PRODUCER.sources } },
    });
    expect(JSON.stringify(policy?.Statement.Principal)).toContain(':iam::111122223333:root');
  });

  it('admits nobody else from outside', () => {
    const allowing = (template: Template) =>
      resourcesOf(template, 'AWS::Events::EventBusPolicy').filter(
        ([, p]) => p.Properties.Statement.Effect === 'Allow',
      );
    expect(allowing(dev)).toHaveLength(1);
    expect(allowing(prod)).toHaveLength(0);
  });

  it.each(both)(
    'refuses the source countersign to all but the functions that publish, in %s',
    (_, template) => {
      const denials = resourcesOf(template, 'AWS::Events::EventBusPolicy').filter(
        ([, { Properties }]) => Properties.Statement.Effect === 'Deny',
      );
      expect(denials).toHaveLength(1);
      const { Statement } = denials[0]![1].Properties;
      expect(Statement).toMatchObject({ Principal: { AWS: '*' }, Action: 'events:PutEvents' });
      expect(Statement.Condition['ForAnyValue:StringEquals']).toEqual({ 'events:source': 'countersign' });
      const exempt: string[] = Statement.Condition.ArnNotEquals['aws:PrincipalArn'].map(nameIn);
      expect(exempt.map(functionOf)).toEqual([
        'Score',
        'Sweep',
        'Complete',
        'Sessions',
        'Feedback',
        'Reviews',
      ]);
      expect(Object.keys(Statement.Condition)).toHaveLength(2);
    },
  );
});

describe.each(both)('two layers of dead letters in %s', (stage, template) => {
  const rules = resourcesOf(template, 'AWS::Events::Rule');
  const queues = new Map(resourcesOf(template, 'AWS::SQS::Queue'));
  const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);

  it('has a queue of its own and a retry policy for every target of every rule', () => {
    const targets = rules.flatMap(([, { Properties }]) => Properties.Targets);
    expect(targets).toHaveLength(stage === 'dev' ? 13 : 12);
    for (const target of targets) {
      expect(queues.has(nameIn(target.DeadLetterConfig.Arn))).toBe(true);
      expect(target.RetryPolicy.MaximumRetryAttempts).toBeGreaterThan(0);
      expect(target.RetryPolicy.MaximumEventAgeInSeconds).toBeGreaterThanOrEqual(60);
    }
    expect(new Set(targets.map((target) => nameIn(target.DeadLetterConfig.Arn))).size).toBe(targets.length);
  });

  it('lets each rule, and no other, write to its queue', () => {
    for (const [id, { Properties }] of rules) {
      const [target] = Properties.Targets;
      template.hasResourceProperties('AWS::SQS::QueuePolicy', {
        Queues: [{ Ref: nameIn(target.DeadLetterConfig.Arn) }],
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Effect: 'Allow',
              Action: 'sqs:SendMessage',
              Principal: { Service: 'events.amazonaws.com' },
              Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [id, 'Arn'] } } },
            }),
          ]),
        },
      });
    }
  });

  it('has a failure destination for every function that services invoke asynchronously', () => {
    const invoked = new Set(
      resourcesOf(template, 'AWS::Lambda::Permission')
        .filter(([, { Properties }]) => Properties.Principal !== 'apigateway.amazonaws.com')
        .map(([, { Properties }]) => nameIn(Properties.FunctionName)),
    );
    const configured = resourcesOf(template, 'AWS::Lambda::EventInvokeConfig').map(([, { Properties }]) => {
      expect(queues.has(nameIn(Properties.DestinationConfig.OnFailure.Destination))).toBe(true);
      expect(Properties.MaximumEventAgeInSeconds).toBeGreaterThanOrEqual(60);
      return Properties.FunctionName.Ref;
    });
    expect(invoked.size).toBe(5);
    expect(new Set(configured)).toEqual(invoked);
  });

  it('raises an alarm on every queue', () => {
    for (const id of queues.keys()) {
      const own = alarms.filter(({ Dimensions }) => nameIn(Dimensions?.[0].Value) === id);
      expect(own.map(({ Threshold }) => Threshold > 0)).toEqual([true]);
    }
  });

  it('tells the topic, where there is one', () => {
    for (const { AlarmActions } of alarms)
      expect(AlarmActions).toEqual(
        stage === 'prod' ? ['arn:aws:sns:eu-central-1:111122223333:alarms'] : undefined,
      );
  });

  it('encrypts every queue under the key, and takes nothing without TLS', () => {
    for (const [id, { Properties }] of queues) {
      expect(nameIn(Properties.KmsMasterKeyId)).toMatch(/EncryptionKey/);
      template.hasResourceProperties('AWS::SQS::QueuePolicy', {
        Queues: [{ Ref: id }],
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          ]),
        },
      });
    }
  });
});

describe.each(both)('tables in %s', (stage, template) => {
  const tables = resourcesOf(template, 'AWS::DynamoDB::Table');

  it('are on demand, encrypted, restorable, and forget in time', () => {
    expect(tables).toHaveLength(10);
    for (const [, { Properties }] of tables) {
      expect(Properties.BillingMode).toBe('PAY_PER_REQUEST');
      expect(Properties.SSESpecification).toMatchObject({ SSEEnabled: true, SSEType: 'KMS' });
      expect(Properties.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
      expect(Properties.TimeToLiveSpecification).toEqual({ AttributeName: 'expiresAt', Enabled: true });
      expect(Properties.KeySchema).toEqual([{ AttributeName: 'pk', KeyType: 'HASH' }]);
    }
  });

  it('are kept in prod, and go with the stack in dev', () => {
    for (const [, { Properties, DeletionPolicy }] of tables) {
      expect(Properties.DeletionProtectionEnabled).toBe(stage === 'prod');
      expect(DeletionPolicy).toBe(stage === 'prod' ? 'Retain' : 'Delete');
    }
  });

  it('index decisions that are pending, and no others', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      GlobalSecondaryIndexes: [
        Match.objectLike({ IndexName: 'pending', Projection: { ProjectionType: 'KEYS_ONLY' } }),
      ],
    });
  });
});

describe('what outlives a request', () => {
  it.each(both)('lies under one key that rotates, and archives and logs end, in %s', (stage, template) => {
    const keys = resourcesOf(template, 'AWS::KMS::Key').map(([, { Properties }]) => Properties);
    // The others sign requests to wallets, security events and roots of the log: such keys do not rotate by themselves.
    expect(keys.map(({ EnableKeyRotation, KeyUsage }) => EnableKeyRotation ?? KeyUsage)).toEqual([
      true,
      'SIGN_VERIFY',
      'SIGN_VERIFY',
      'SIGN_VERIFY',
    ]);
    template.hasResourceProperties('AWS::Events::Archive', {
      RetentionDays: 7,
      KmsKeyIdentifier: Match.anyValue(),
      EventPattern: { source: [{ 'anything-but': ['countersign'] }] },
    });
    for (const [, { Properties }] of resourcesOf(template, 'AWS::Logs::LogGroup')) {
      expect(Properties.RetentionInDays).toBe(30);
      expect(nameIn(Properties.KmsKeyId)).toMatch(/EncryptionKey/);
      expect(Properties.LogGroupName).toMatch(
        new RegExp(`^(/aws/vendedlogs)?/countersign/${stage}/[\\w-]+$`),
      );
    }
    const [[, secret]] = resourcesOf(template, 'AWS::SecretsManager::Secret') as [[string, Resource]];
    expect(secret.Properties.GenerateSecretString).toEqual({ PasswordLength: 64, ExcludePunctuation: true });
    expect(secret.DeletionPolicy).toBe(stage === 'prod' ? 'Retain' : 'Delete');
  });
});

describe.each(both)('functions in %s', (stage, template) => {
  const functions = resourcesOf(template, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties);
  const named = (name: string) =>
    functions.find(({ FunctionName }) => FunctionName === `countersign-${stage}-${name}`)!;

  it('are those whose assets are listed: Node 24 on arm64, traced, each with its own log and role', () => {
    expect(functions.map(({ FunctionName }) => FunctionName)).toEqual(
      Object.keys(ASSETS).map((name) => `countersign-${stage}-${name}`),
    );
    for (const properties of functions) {
      expect(properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        TracingConfig: { Mode: 'Active' },
      });
    }
    expect(new Set(functions.map(({ Role }) => nameIn(Role))).size).toBe(functions.length);
    expect(new Set(functions.map(({ LoggingConfig }) => LoggingConfig.LogGroup.Ref)).size).toBe(
      functions.length,
    );
  });

  it('have the memory and time that they need; only score has the geo layer', () => {
    const limits = functions.map(({ MemorySize, Timeout, Layers }) => [
      MemorySize,
      Timeout,
      Layers?.length ?? 0,
    ]);
    expect(limits).toEqual([
      [1769, 15, 1],
      [256, 10, 0],
      [256, 60, 0],
      [256, 60, 0],
      [1024, 15, 0],
      [1024, 15, 0],
      [1024, 15, 0],
      [256, 10, 0],
      [512, 60, 0],
      [512, 60, 0],
      [512, 15, 0],
      [512, 10, 0],
      [512, 60, 0],
      [512, 15, 0],
      [512, 30, 0],
      [512, 29, 0],
      [1024, 60, 0],
      [1024, 29, 0],
      [512, 15, 0],
      [256, 10, 0],
    ]);
  });

  it.each(Object.keys(ASSETS))('have in their environment what %s reads, and nothing else', (name) => {
    const rooms = ['platform', 'decisions', 'presentations', 'credentials', 'sessions', 'reviews'];
    const path = rooms
      .map((room) => join(ROOT, `functions/${room}/${name}.handler.ts`))
      .find((candidate) => existsSync(candidate))!;
    const source = readFileSync(path, 'utf8');
    const read = /configOf\(process\.env, \[([^\]]*)\]/.exec(source)?.[1]?.match(/[A-Z_]+/g) ?? [];
    const given = Object.keys(named(name).Environment.Variables).filter(
      (variable) => !/^(LOG_LEVEL|POWERTOOLS_)/.test(variable),
    );
    const optional = [
      'UNBOUND_TENANTS',
      'VERIFIER_DID',
      'ZK_KEYS_ACKNOWLEDGED',
      'PUSH_LOOPBACK',
      'THREAT_FEED',
      'SERVER_LOCATIONS',
      'MODEL_KEYS',
      // In the stages that have an edge: see edge.test.ts.
      'EDGE_SECRET_ARN',
    ];
    const firm = (names: string[]) => names.filter((variable) => !optional.includes(variable)).sort();
    expect(firm(given)).toEqual(firm(read));
  });

  it('are bound to tenants, and to the mode of the stage', () => {
    const { MODE, FALLBACK_OUTCOME, TENANTS } = named('score').Environment.Variables;
    expect([MODE, FALLBACK_OUTCOME]).toEqual([stage === 'prod' ? 'enforce' : 'shadow', 'step_up']);
    expect(JSON.parse(TENANTS)).toEqual({ claim: 'tenant', clients: {}, sources: {}, default: 'default' });
    expect(JSON.stringify(template.toJSON())).not.toContain('UNBOUND_TENANTS');
  });
});

describe('the roads into score', () => {
  it('scores everything that is not its own', () => {
    dev.hasResourceProperties('AWS::Events::Rule', {
      Name: 'observed-events',
      EventPattern: { source: [{ 'anything-but': ['countersign'] }] },
      EventBusName: Match.anyValue(),
    });
  });

  it("forwards AWS's own events and those of the named partner buses", () => {
    const forwarded = resourcesOf(dev, 'AWS::Events::Rule').filter(([id]) => id.includes('Forwarding'));
    expect(
      forwarded.map(([, { Properties }]) => [
        Properties.EventBusName ?? 'default',
        Properties.EventPattern.source,
      ]),
    ).toEqual([
      ['default', ['aws.signin']],
      ['default', ['aws.cognito-idp']],
      [OKTA, [{ prefix: 'aws.partner/okta.com/' }]],
    ]);
    expect(resourcesOf(prod, 'AWS::Events::Rule').filter(([id]) => id.includes('Forwarding'))).toHaveLength(
      2,
    );
  });

  it('settles decisions in batches, each failure on its own', () => {
    dev.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 5,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    dev.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 360,
      RedrivePolicy: { maxReceiveCount: 5, deadLetterTargetArn: Match.anyValue() },
    });
  });

  it('sweeps every minute', () => {
    dev.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 minute)' });
  });
});

describe('the API', () => {
  it.each(both)('asks for a token with the right scope on every route, in %s', (_, template) => {
    const routes = resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties);
    expect(
      Object.fromEntries(
        routes.map((route) => [
          route.RouteKey,
          [route.AuthorizationType, ...(route.AuthorizationScopes ?? [])],
        ]),
      ),
    ).toEqual({
      'POST /v1/evaluate': ['JWT', 'countersign/evaluate'],
      'GET /v1/decisions/{eventId}': ['JWT', 'countersign/evaluate', 'countersign/operate'],
      'POST /v1/wallets': ['JWT', 'countersign/operate', 'countersign/present'],
      'GET /v1/wallets': ['JWT', 'countersign/operate'],
      'DELETE /v1/wallets/{id}': ['JWT', 'countersign/operate'],
      'POST /credentials/verify': ['JWT', 'countersign/present'],
      'POST /presentations/verify': ['JWT', 'countersign/present'],
      'POST /v1/presentation-requests': ['JWT', 'countersign/present'],
      'GET /v1/presentation-requests/{id}': ['JWT', 'countersign/present'],
      'POST /v1/presentation-requests/{id}/dc-response': ['JWT', 'countersign/present'],
      // Wallets have no token; these routes are held to one request by its id.
      'GET /v1/presentation-requests/{id}/request.jwt': ['NONE'],
      'POST /v1/presentation-requests/{id}/request.jwt': ['NONE'],
      'POST /v1/presentation-requests/{id}/response': ['NONE'],
      'GET /v1/presentation-requests/{id}/page': ['NONE'],
      'GET /v1/presentation-requests/{id}/status': ['NONE'],
      'GET /.well-known/did.json': ['NONE'],
      'GET /v1/trusted-issuers': ['JWT', 'countersign/operate'],
      'GET /v1/trusted-issuers/{did+}': ['JWT', 'countersign/operate'],
      'PUT /v1/trusted-issuers/{did+}': ['JWT', 'countersign/operate'],
      'DELETE /v1/trusted-issuers/{did+}': ['JWT', 'countersign/operate'],
      'GET /.well-known/ssf-configuration': ['NONE'],
      'GET /.well-known/jwks.json': ['NONE'],
      ...Object.fromEntries(
        ['POST /v1/feedback', 'DELETE /v1/feedback/{feedbackId}', 'POST /v1/feedback-links'].map((route) => [
          route,
          ['JWT', 'countersign/evaluate', 'countersign/operate'],
        ]),
      ),
      // A person who is asked has no token, but a signed link that works once.
      'GET /v1/feedback-links/{token}': ['NONE'],
      'POST /v1/feedback-links/{token}': ['NONE'],
      'GET /v1/reviews': ['JWT', 'countersign/operate'],
      'GET /v1/reviews/{id}': ['JWT', 'countersign/operate'],
      'POST /v1/reviews/{id}': ['JWT', 'countersign/operate'],
      'GET /v1/labels': ['JWT', 'countersign/operate'],
      'GET /v1/subjects/{id}': ['JWT', 'countersign/operate'],
      'DELETE /v1/subjects/{id}': ['JWT', 'countersign/operate'],
      'POST /v1/subjects/{id}/rebuild': ['JWT', 'countersign/operate'],
      ...Object.fromEntries(
        [
          'GET /v1/policies',
          'POST /v1/policies',
          'GET /v1/policies/{version}',
          'POST /v1/policies/{version}/activate',
          'POST /v1/policies/dry-run',
          'POST /v1/policies/rollback',
        ].map((route) => [route, ['JWT', 'countersign/operate']]),
      ),
      'GET /v1/log': ['JWT', 'countersign/operate'],
      'GET /v1/log/integrity': ['JWT', 'countersign/operate'],
      'GET /v1/decisions/{eventId}/record': ['JWT', 'countersign/operate'],
      'POST /v1/disputes': ['JWT', 'countersign/operate', 'countersign/evaluate'],
      'GET /v1/disputes/{reference}': ['JWT', 'countersign/operate', 'countersign/evaluate'],
      'GET /openapi.json': ['NONE'],
      // Each event proves itself by its signature.
      'POST /v1/signals': ['NONE'],
      ...Object.fromEntries(
        [
          ...['POST', 'GET', 'PATCH', 'PUT', 'DELETE'].map((method) => `${method} /v1/streams`),
          'GET /v1/streams/status',
          'POST /v1/streams/status',
          'POST /v1/streams/subjects/add',
          'POST /v1/streams/subjects/remove',
          'POST /v1/streams/verify',
          'POST /v1/streams/{streamId}/poll',
        ].map((route) => [route, ['JWT', 'countersign/stream']]),
      ),
    });
  });

  it.each(both)('throttles, and logs without addresses, in %s', (_, template) => {
    const [[, stage]] = resourcesOf(template, 'AWS::ApiGatewayV2::Stage') as [[string, Resource]];
    expect(stage.Properties.DefaultRouteSettings).toMatchObject({
      ThrottlingRateLimit: 200,
      ThrottlingBurstLimit: 400,
    });
    const format = stage.Properties.AccessLogSettings.Format;
    expect(Object.values(JSON.parse(format)).every((value) => String(value).startsWith('$context.'))).toBe(
      true,
    );
    expect(format).not.toMatch(/sourceIp|userAgent|authorizer\.claims\.(sub|email)/);
  });

  it('believes the given issuer, and a user pool where none is given', () => {
    prod.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'JWT',
      JwtConfiguration: { Issuer: 'https://id.example', Audience: ['countersign'] },
    });
    prod.resourceCountIs('AWS::Cognito::UserPool', 0);
    dev.resourceCountIs('AWS::Cognito::UserPool', 1);
    const clients = resourcesOf(dev, 'AWS::Cognito::UserPoolClient').map(([id]) => ({ Ref: id }));
    dev.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', { JwtConfiguration: { Audience: clients } });
  });

  it('answers browsers of the named origins only', () => {
    dev.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      CorsConfiguration: { AllowOrigins: ['https://console.example'] },
    });
    prod.hasResourceProperties('AWS::ApiGatewayV2::Api', { CorsConfiguration: Match.absent() });
  });
});

describe('the registry of schemas', () => {
  it('holds a Draft 4 schema of what arrives and of what leaves', () => {
    const schemas = resourcesOf(dev, 'AWS::EventSchemas::Schema').map(([, { Properties }]) => Properties);
    expect(schemas.map(({ SchemaName, Type }) => [SchemaName, Type])).toEqual([
      ['countersign@AuthenticationObserved', 'JSONSchemaDraft4'],
      ['countersign@RiskAssessed', 'JSONSchemaDraft4'],
      ['countersign@FeedbackRecorded', 'JSONSchemaDraft4'],
      ['countersign@BaselineRepaired', 'JSONSchemaDraft4'],
      ['countersign@ReviewRequested', 'JSONSchemaDraft4'],
      ['countersign@ReviewResolved', 'JSONSchemaDraft4'],
      ['countersign@SessionRevoked', 'JSONSchemaDraft4'],
      ['countersign@SignalReceived', 'JSONSchemaDraft4'],
      ['countersign@Step-UpRequired', 'JSONSchemaDraft4'],
      ['countersign@PresentationVerified', 'JSONSchemaDraft4'],
      ['countersign@PresentationRejected', 'JSONSchemaDraft4'],
    ]);
    for (const { Content } of schemas)
      expect(JSON.parse(Content).$schema).toBe('http://json-schema.org/draft-04/schema#');
  });
});

describe('the construct by itself', () => {
  const inStack = (props?: object) => {
    const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'identity');
    return { stack, countersign: new Countersign(stack, 'Countersign', props) };
  };
  const { geoData } = made;

  it('needs nothing but a name', () => {
    const { stack, countersign } = inStack({ geoData });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Events::EventBus', { Name: 'countersign-dev' });
    expect(countersign.bus.eventBusName).toBeDefined();
    const outputs = Object.keys((template.toJSON() as { Outputs: object }).Outputs);
    expect(outputs.map((id) => id.slice('Countersign'.length, -8))).toEqual(
      expect.arrayContaining(['BusName', 'ApiUrl', 'LogArchiveName', 'RejectedEventsUrl']),
    );
  });

  it('says what to do when the geo data has not been built', () => {
    expect(() => inStack({ geoData: join(ROOT, 'nowhere') })).toThrow(/buildGeoData/);
  });
});
