import {
  type App,
  CfnCondition,
  CfnOutput,
  CfnResource,
  Duration,
  Fn,
  RemovalPolicy,
  Stack,
  Stage,
} from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { readTemplate } from './template.ts';
import { assemblyOf, FIXTURE_PLACE, folderOf, functionOf, templateOf } from './template-fixture.ts';

describe('readTemplate', () => {
  it('gives names, ARNs and URLs in AWS forms, through every construct', () => {
    const template = templateOf((stack) => {
      const dead = new Queue(stack, 'Dead', { queueName: 'dead' });
      const bus = new EventBus(stack, 'Bus', { eventBusName: 'countersign-local' });
      new Rule(stack, 'Rule', {
        eventBus: bus,
        eventPattern: { source: ['shop.example'] },
        targets: [
          new SqsQueue(new Queue(stack, 'Target', { queueName: 'target' }), { deadLetterQueue: dead }),
        ],
      });
      const table = new Table(stack, 'Table', { partitionKey: { name: 'pk', type: AttributeType.STRING } });
      functionOf(stack, 'score', 'export const handler = () => 1;', {
        environment: { TABLE: table.tableName, QUEUE: dead.queueUrl, BUS: bus.eventBusArn },
        timeout: Duration.seconds(9),
      });
    });
    const [score] = template.ofType('AWS::Lambda::Function');
    expect(score).toMatchObject({
      ref: 'score',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:score',
    });
    expect(score!.properties.Environment).toEqual({
      Variables: {
        TABLE: 'fixture-TableCD117FA1',
        QUEUE: 'http://127.0.0.1:4001/000000000000/dead',
        BUS: 'arn:aws:events:us-east-1:000000000000:event-bus/countersign-local',
      },
    });
    const [rule] = template.ofType('AWS::Events::Rule');
    expect(rule!.properties).toMatchObject({
      EventBusName: 'countersign-local',
      Targets: [
        {
          Arn: 'arn:aws:sqs:us-east-1:000000000000:target',
          DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:000000000000:dead' },
        },
      ],
    });
    expect(rule!.arn).toMatch(/^arn:aws:events:us-east-1:000000000000:rule\/countersign-local\/fixture-Rule/);
    const key = (score!.properties.Code as { S3Key: string }).S3Key;
    expect(template.asset(key)).toContain('/asset.');
    expect(() => template.asset('0000.zip')).toThrow(expect.objectContaining({ code: 'asset-missing' }));
  });

  it('finds a function by its ARN, with a version too, and nothing by another name', () => {
    const template = templateOf(
      (stack) => void functionOf(stack, 'score', 'export const handler = () => 1;'),
    );
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:score';
    expect(template.byArn(arn)?.ref).toBe('score');
    expect(template.byArn(`${arn}:live`)?.ref).toBe('score');
    expect(template.byArn(`${arn}s`)).toBeUndefined();
  });

  it('calls inert what cannot act here, with the reason, and reads its properties only when asked', () => {
    const template = templateOf((stack) => {
      new CfnResource(stack, 'Alarm', {
        type: 'AWS::CloudWatch::Alarm',
        properties: { Odd: { 'Fn::GetAZs': '' } },
      });
    });
    const [alarm] = template.ofType('AWS::CloudWatch::Alarm');
    expect(alarm!.support).toEqual({ kind: 'inert', why: expect.stringContaining('nobody is paged') });
    expect(() => alarm!.properties).toThrow(expect.objectContaining({ code: 'intrinsic-refused' }));
  });

  it('refuses to start with a resource that it cannot run, and names all of them', () => {
    const directory = assemblyOf((stack) => {
      new CfnResource(stack, 'Feed', { type: 'AWS::Kinesis::Stream' });
      new CfnResource(stack, 'Odd', { type: 'Custom::Thing' });
    });
    expect(() => readTemplate(directory, FIXTURE_PLACE)).toThrow(
      /AWS::Kinesis::Stream fixture\/Feed, Custom::Thing fixture\/Odd/,
    );
  });

  it('leaves out what a condition leaves out, resources and members both', () => {
    const template = templateOf((stack) => {
      const never = new CfnCondition(stack, 'Never', { expression: Fn.conditionEquals('a', 'b') });
      const always = new CfnCondition(stack, 'Always', {
        expression: Fn.conditionNot(Fn.conditionEquals('a', 'b')),
      });
      const gone = new CfnResource(stack, 'Gone', { type: 'AWS::SQS::Queue' });
      gone.cfnOptions.condition = never;
      new CfnResource(stack, 'Kept', {
        type: 'AWS::SQS::Queue',
        properties: {
          QueueName: Fn.conditionIf(always.logicalId, 'kept', 'other'),
          DelaySeconds: Fn.conditionIf(never.logicalId, 5, { Ref: 'AWS::NoValue' }),
        },
      });
    });
    expect(template.ofType('AWS::SQS::Queue').map(({ ref, properties }) => [ref, properties])).toEqual([
      ['http://127.0.0.1:4001/000000000000/kept', { QueueName: 'kept' }],
    ]);
  });

  it('resolves the string functions of CloudFormation', () => {
    const template = templateOf((stack) => {
      new CfnOutput(stack, 'Sub', {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholders
        value: Fn.sub('${AWS::Region}/${x}/${!y}', { x: Fn.join('-', ['a', 'b']) }),
      });
      new CfnOutput(stack, 'Part', { value: Fn.select(2, Fn.split(':', `arn:aws:${stack.region}`)) });
      new CfnOutput(stack, 'Coded', { value: Fn.base64('word') });
    });
    expect(template.outputs).toEqual({
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholders
      'fixture.Sub': 'us-east-1/a-b/${y}',
      'fixture.Part': 'us-east-1',
      'fixture.Coded': 'd29yZA==',
    });
  });

  it.each([
    ['an unknown name', { QueueName: { Ref: 'Nobody' } }, 'reference-unknown'],
    ['an unknown attribute', { QueueName: { 'Fn::GetAtt': ['Bus', 'Colour'] } }, 'reference-unknown'],
    [
      'a name that depends on itself',
      { QueueName: { 'Fn::GetAtt': ['Queue', 'QueueName'] } },
      'reference-cycle',
    ],
    [
      'a function that it does not know',
      { QueueName: { 'Fn::Cidr': ['10.0.0.0/8', 1, 1] } },
      'intrinsic-refused',
    ],
  ])('refuses %s', (_what, properties, code) => {
    const directory = assemblyOf((stack) => {
      new EventBus(stack, 'Other', { eventBusName: 'b' });
      new CfnResource(stack, 'Bus', { type: 'AWS::Events::EventBus', properties: { Name: 'bus' } });
      new CfnResource(stack, 'Queue', { type: 'AWS::SQS::Queue', properties });
    });
    expect(() => readTemplate(directory, FIXTURE_PLACE)).toThrow(expect.objectContaining({ code }));
  });

  it('reads stacks inside CDK stages, and values that one stack exports to another', () => {
    const template = templateOf((_stack, app) => {
      const stage = new Stage(app as App, 'Local');
      const queue = new Queue(new Stack(stage, 'One'), 'Queue', { removalPolicy: RemovalPolicy.DESTROY });
      functionOf(new Stack(stage, 'Two'), 'reader', 'export const handler = () => 1;', {
        environment: { QUEUE: queue.queueArn },
      });
    });
    const { Environment } = template.ofType('AWS::Lambda::Function')[0]!.properties;
    expect(Environment).toEqual({
      Variables: { QUEUE: expect.stringMatching(/^arn:aws:sqs:us-east-1:000000000000:Local-One-Queue/) },
    });
  });

  it('knows where a layer lies', () => {
    const template = templateOf((stack) => {
      new LayerVersion(stack, 'Geo', { code: Code.fromAsset(folderOf({ 'geo/geo.json': '{}' })) });
    });
    const [layer] = template.ofType('AWS::Lambda::LayerVersion');
    expect(layer!.ref).toMatch(/^arn:aws:lambda:us-east-1:000000000000:layer:fixture-Geo.*:1$/);
  });

  it('says which file is missing when nothing was synthesized', () => {
    expect(() => readTemplate(folderOf({}), FIXTURE_PLACE)).toThrow(
      expect.objectContaining({ code: 'assembly-missing' }),
    );
    expect(() => readTemplate(folderOf({ 'manifest.json': '{' }), FIXTURE_PLACE)).toThrow(
      expect.objectContaining({ code: 'assembly-unreadable' }),
    );
  });
});
