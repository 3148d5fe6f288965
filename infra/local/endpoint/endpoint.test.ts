import { request } from 'node:http';
import {
  DescribeEventBusCommand,
  DescribeReplayCommand,
  EventBridgeClient,
  ListArchivesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutRuleCommand,
  StartReplayCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEvents, type Events } from '../bus/index.ts';
import { createQueues, type Queues } from '../queue/index.ts';
import { type Endpoint, MAX_BODY_BYTES, startEndpoint } from './index.ts';

const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:000000000000:${resource}`;
const FUNCTION_KEY = 'LOCALSCORE0000000001';

let endpoint: Endpoint;
let queues: Queues;
let events: Events;
let invoked: { arn: string; payload: unknown }[] = [];
let eventBridge: EventBridgeClient;
let hosted: EventBridgeClient;
let sqs: SQSClient;
let secrets: SecretsManagerClient;
let queueUrl: string;

const client = (accessKeyId = 'OUTSIDER') => ({
  endpoint: endpoint.url,
  region: 'us-east-1',
  credentials: { accessKeyId, secretAccessKey: 'local' },
  maxAttempts: 1,
});

beforeAll(async () => {
  const queue = (name: string) => ({
    Arn: arn('sqs', name),
    QueueName: name,
    QueueUrl: `http://127.0.0.1:1/000000000000/${name}`,
  });
  queues = createQueues([
    { ...queue('work'), RedrivePolicy: { deadLetterTargetArn: arn('sqs', 'dead'), maxReceiveCount: 1 } },
    queue('dead'),
  ]);
  events = createEvents(
    {
      account: '000000000000',
      region: 'us-east-1',
      buses: [{ Name: 'shop', Arn: arn('events', 'event-bus/shop') }],
      rules: [
        {
          Name: 'signins',
          Arn: arn('events', 'rule/shop/signins'),
          EventBusName: 'shop',
          EventPattern: { source: [{ 'anything-but': 'countersign' }] },
          Targets: [{ Id: 'score', Arn: arn('lambda', 'function:score') }],
        },
      ],
      archives: [
        {
          ArchiveName: 'all',
          Arn: arn('events', 'archive/all'),
          SourceArn: arn('events', 'event-bus/shop'),
          RetentionDays: 7,
        },
      ],
    },
    { functions: { invoke: async (to, payload) => void invoked.push({ arn: to, payload }) }, queues },
  );
  endpoint = await startEndpoint(0, {
    events,
    queues,
    secrets: (id) =>
      id === arn('secretsmanager', 'secret:pseudonym')
        ? { ARN: id, Name: 'pseudonym', SecretString: 'local-secret-value' }
        : undefined,
    callers: (key) =>
      key === FUNCTION_KEY ? { principalArn: arn('iam', 'role/score'), functionName: 'score' } : undefined,
  });
  eventBridge = new EventBridgeClient(client());
  hosted = new EventBridgeClient(client(FUNCTION_KEY));
  sqs = new SQSClient(client());
  secrets = new SecretsManagerClient(client());
  queueUrl = `${endpoint.url}/000000000000/work`;
});

afterAll(async () => {
  queues.close();
  for (const one of [eventBridge, hosted, sqs, secrets]) one.destroy();
  await endpoint.close();
  await events.drain();
});

beforeEach(() => {
  invoked = [];
  for (const queue of queues.all) queue.purge();
});

const entry = (more: Partial<PutEventsRequestEntry> = {}): PutEventsRequestEntry => ({
  EventBusName: 'shop',
  Source: 'shop.example',
  DetailType: 'Authentication Observed',
  Detail: '{"metadata":{"id":"e-1"}}',
  ...more,
});

const delivered = async () => {
  await new Promise((resolve) => setImmediate(resolve));
  return invoked.map(({ payload }) => payload as Record<string, unknown>);
};

describe('EventBridge, by its own SDK', () => {
  it('takes an event to the function that a rule names', async () => {
    const answer = await eventBridge.send(
      new PutEventsCommand({
        Entries: [entry({ Time: new Date('2026-11-20T09:24:00.789Z'), Resources: ['arn:x'] })],
      }),
    );
    expect(answer.FailedEntryCount).toBe(0);
    expect(await delivered()).toEqual([
      {
        version: '0',
        id: answer.Entries![0]!.EventId,
        'detail-type': 'Authentication Observed',
        source: 'shop.example',
        account: '000000000000',
        time: '2026-11-20T09:24:00Z',
        region: 'us-east-1',
        resources: ['arn:x'],
        detail: { metadata: { id: 'e-1' } },
      },
    ]);
    expect(invoked[0]!.arn).toBe(arn('lambda', 'function:score'));
  });

  it('refuses entries one by one, in their places, and delivers the rest', async () => {
    const answer = await eventBridge.send(
      new PutEventsCommand({
        Entries: [
          entry({ Detail: '{not json' }),
          entry(),
          entry({ Detail: '[1]' }),
          entry({ Source: undefined }),
          entry({ DetailType: '' }),
          entry({ Detail: undefined }),
          entry({ Source: 'countersign' }),
          entry({ Detail: `{"a":${'['.repeat(1000)}${']'.repeat(1000)}}` }),
        ],
      }),
    );
    expect(answer.FailedEntryCount).toBe(7);
    expect(answer.Entries!.map(({ ErrorCode }) => ErrorCode)).toEqual([
      'MalformedDetail',
      undefined,
      'MalformedDetail',
      'InvalidArgument',
      'InvalidArgument',
      'InvalidArgument',
      'NotAuthorizedForSourceException',
      'MalformedDetail',
    ]);
    expect(answer.Entries![1]!.EventId).toMatch(/^[0-9a-f-]{36}$/);
    expect(await delivered()).toHaveLength(1);
  });

  it('lets a hosted function send what an outside caller may not', async () => {
    const Entries = [entry({ Source: 'countersign', DetailType: 'Risk Assessed' })];
    expect((await hosted.send(new PutEventsCommand({ Entries }))).FailedEntryCount).toBe(0);
    expect((await eventBridge.send(new PutEventsCommand({ Entries }))).FailedEntryCount).toBe(1);
  });

  it('takes ten entries and refuses eleven, and none', async () => {
    const ten = Array.from({ length: 10 }, () => entry());
    expect((await eventBridge.send(new PutEventsCommand({ Entries: ten }))).Entries).toHaveLength(10);
    for (const Entries of [[...ten, entry()], []]) {
      await expect(eventBridge.send(new PutEventsCommand({ Entries }))).rejects.toMatchObject({
        name: 'ValidationException',
        $metadata: { httpStatusCode: 400 },
      });
    }
    expect(await delivered()).toHaveLength(10);
  });

  it('takes just less than 1 MB of entries and refuses 1 MB', async () => {
    // Source, detail type and detail count, in UTF-8; the name of the bus does not.
    const fixed = 'shop.example'.length + 'Authentication Observed'.length + '{"a":""}'.length;
    const detail = (bytes: number) => `{"a":"${'é'.repeat(bytes / 2)}${'x'.repeat(bytes % 2)}"}`;
    const most = 1_048_576 - 1 - fixed;
    const put = (bytes: number) =>
      eventBridge.send(new PutEventsCommand({ Entries: [entry({ Detail: detail(bytes) })] }));
    expect((await put(most)).FailedEntryCount).toBe(0);
    await expect(put(most + 1)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('accepts events for a bus that does not exist and delivers them nowhere, as AWS does', async () => {
    const answer = await eventBridge.send(
      new PutEventsCommand({ Entries: [entry({ EventBusName: 'nowhere' })] }),
    );
    expect(answer.Entries![0]!.EventId).toBeTruthy();
    expect(await delivered()).toEqual([]);
    await expect(eventBridge.send(new DescribeEventBusCommand({ Name: 'nowhere' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('tries a pattern on an event', async () => {
    const Event = JSON.stringify({
      id: '1',
      account: '1',
      source: 'a.b',
      time: 't',
      region: 'r',
      resources: [],
      'detail-type': 'x',
    });
    const test = (EventPattern: string, event = Event) =>
      eventBridge.send(new TestEventPatternCommand({ EventPattern, Event: event }));
    expect((await test('{"source":[{"prefix":"a."}]}')).Result).toBe(true);
    expect((await test('{"source":[{"prefix":"b."}]}')).Result).toBe(false);
    await expect(test('{"source":[{"regex":"a"}]}')).rejects.toMatchObject({
      name: 'InvalidEventPatternException',
      message: expect.stringContaining('regex'),
    });
    await expect(test('{"source":["a.b"]}', '{"source":"a.b"}')).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  it('replays an archive', async () => {
    await eventBridge.send(
      new PutEventsCommand({ Entries: [entry({ Time: new Date('2026-01-01T00:00:00Z') })] }),
    );
    await delivered();
    invoked = [];
    const archives = await eventBridge.send(new ListArchivesCommand({}));
    expect(archives.Archives![0]).toMatchObject({ ArchiveName: 'all', RetentionDays: 7 });
    const start = {
      EventSourceArn: arn('events', 'archive/all'),
      Destination: { Arn: arn('events', 'event-bus/shop') },
    };
    const range = {
      EventStartTime: new Date('2025-12-31T00:00:00Z'),
      EventEndTime: new Date('2026-01-02T00:00:00Z'),
    };
    await eventBridge.send(new StartReplayCommand({ ReplayName: 'again', ...start, ...range }));
    expect(await delivered()).toEqual([
      expect.objectContaining({ 'replay-name': 'again', time: '2026-01-01T00:00:00Z' }),
    ]);
    const replay = await eventBridge.send(new DescribeReplayCommand({ ReplayName: 'again' }));
    expect(replay).toMatchObject({
      State: 'COMPLETED',
      EventLastReplayedTime: new Date('2026-01-01T00:00:00Z'),
    });
    await expect(
      eventBridge.send(new StartReplayCommand({ ReplayName: 'again', ...start, ...range })),
    ).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
  });

  it('tells its rules and targets', async () => {
    const { Rules } = await eventBridge.send(new ListRulesCommand({ EventBusName: 'shop' }));
    expect(Rules).toEqual([expect.objectContaining({ Name: 'signins', State: 'ENABLED' })]);
    const { Targets } = await eventBridge.send(
      new ListTargetsByRuleCommand({ Rule: 'signins', EventBusName: 'shop' }),
    );
    expect(Targets).toEqual([{ Id: 'score', Arn: arn('lambda', 'function:score') }]);
  });
});

describe('SQS, by its own SDK', () => {
  it('sends, receives with attributes and deletes; the SDK verifies the digests', async () => {
    const MessageAttributes = {
      text: { DataType: 'String', StringValue: 'é' },
      bytes: { DataType: 'Binary.png', BinaryValue: new Uint8Array([0, 255]) },
      count: { DataType: 'Number', StringValue: '3' },
    };
    const sent = await sqs.send(
      new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'Grüße', MessageAttributes }),
    );
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    expect(Messages).toEqual([
      expect.objectContaining({
        MessageId: sent.MessageId,
        Body: 'Grüße',
        MessageAttributes,
        MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
        Attributes: expect.objectContaining({ ApproximateReceiveCount: '1' }),
      }),
    ]);
    await sqs.send(
      new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: Messages![0]!.ReceiptHandle }),
    );
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
    });
  });

  it('moves a message to the dead-letter queue after its last receive', async () => {
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'poison' }));
    const receive = (url: string) =>
      sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          VisibilityTimeout: 0,
          MessageSystemAttributeNames: ['All'],
        }),
      );
    expect((await receive(queueUrl)).Messages).toHaveLength(1);
    expect((await receive(queueUrl)).Messages).toBeUndefined();
    const { QueueUrl: dead } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'dead' }));
    const [letter] = (await receive(dead!)).Messages!;
    expect(letter).toMatchObject({
      Body: 'poison',
      Attributes: { DeadLetterQueueSourceArn: arn('sqs', 'work') },
    });
  });

  it('answers a long poll when a message comes', async () => {
    const poll = sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 20 }));
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'late' }));
    expect((await poll).Messages).toMatchObject([{ Body: 'late' }]);
  });

  it('handles batches entry by entry', async () => {
    const { Successful, Failed } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: [
          { Id: 'a', MessageBody: 'one' },
          { Id: 'b', MessageBody: 'bad \u0001' },
        ],
      }),
    );
    expect(Successful!.map(({ Id }) => Id)).toEqual(['a']);
    expect(Failed).toMatchObject([{ Id: 'b', Code: 'InvalidMessageContents', SenderFault: true }]);
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
    );
    const Entries = Messages!.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    expect(
      (await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }))).Successful,
    ).toHaveLength(1);
    const refused: [string, { Id: string; MessageBody: string }[]][] = [
      ['EmptyBatchRequest', []],
      [
        'TooManyEntriesInBatchRequest',
        Array.from({ length: 11 }, (_, i) => ({ Id: `${i}`, MessageBody: 'x' })),
      ],
      [
        'BatchEntryIdsNotDistinct',
        [
          { Id: 'a', MessageBody: 'x' },
          { Id: 'a', MessageBody: 'y' },
        ],
      ],
    ];
    for (const [code, entries] of refused) {
      await expect(
        sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries })),
      ).rejects.toThrow(expect.objectContaining({ Code: `AWS.SimpleQueueService.${code}` }));
    }
  });

  it('refuses what SQS refuses', async () => {
    await expect(sqs.send(new GetQueueUrlCommand({ QueueName: 'nowhere' }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
    await expect(
      sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: '' })),
    ).rejects.toMatchObject({
      name: 'MissingParameter',
    });
    await expect(
      sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: 'none' })),
    ).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' });
    await expect(
      sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 11 })),
    ).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('lists, purges and gives back', async () => {
    const { QueueUrls } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'de' }));
    expect(QueueUrls).toEqual(['http://127.0.0.1:1/000000000000/dead']);
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'x' }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }));
    const { ReceiptHandle } = Messages![0]!;
    await sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
    );
    expect(queues.byName('work')!.depth()).toEqual({ ready: 1, inFlight: 0, delayed: 0 });
    await sqs.send(new PurgeQueueCommand({ QueueUrl: queueUrl }));
    expect(queues.byName('work')!.depth()).toEqual({ ready: 0, inFlight: 0, delayed: 0 });
  });
});

describe('Secrets Manager, by its own SDK', () => {
  it('gives the secret that it has, and no other', async () => {
    const id = arn('secretsmanager', 'secret:pseudonym');
    expect(await secrets.send(new GetSecretValueCommand({ SecretId: id }))).toMatchObject({
      ARN: id,
      SecretString: 'local-secret-value',
    });
    await expect(secrets.send(new GetSecretValueCommand({ SecretId: `${id}-2` }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('what is not a request for it', () => {
  const send = (headers: Record<string, string>, body: string | Buffer = '{}', method = 'POST') =>
    new Promise<{ status: number; type: string; text: string }>((resolve, reject) => {
      const out = request(endpoint.url, { method, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => (text += chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode!, type: String(response.headers['x-amzn-errortype']), text }),
        );
      });
      out.on('error', reject);
      out.end(body);
    });
  const signed = {
    authorization: 'AWS4-HMAC-SHA256 Credential=OUTSIDER/20261120/us-east-1/events/aws4_request',
  };
  const put = { ...signed, 'x-amz-target': 'AWSEvents.PutEvents' };

  it('refuses unknown operations by name', async () => {
    await expect(eventBridge.send(new PutRuleCommand({ Name: 'x' }))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining('AWSEvents.PutRule'),
    });
    await expect(sqs.send(new CreateQueueCommand({ QueueName: 'x' }))).rejects.toThrow(
      'AmazonSQS.CreateQueue',
    );
    expect(await send({ ...signed, 'x-amz-target': 'AWSEvents.constructor' })).toMatchObject({
      status: 400,
      type: 'UnknownOperationException',
    });
    expect(await send({ ...signed, 'x-amz-target': '__proto__.toString' })).toMatchObject({
      status: 400,
      type: 'UnknownOperationException',
    });
  });

  it('refuses unsigned requests, other methods and bodies that are not objects', async () => {
    expect(await send({ 'x-amz-target': 'AWSEvents.PutEvents' })).toMatchObject({
      status: 400,
      type: 'MissingAuthenticationTokenException',
    });
    expect(await send(put, '', 'PUT')).toMatchObject({ status: 404, type: 'UnknownOperationException' });
    for (const body of ['[]', '"x"', '{', 'null', '['.repeat(100_000)]) {
      expect(await send(put, body)).toMatchObject({ status: 400, type: 'SerializationException' });
    }
    for (const body of [
      '{"Entries":[null]}',
      '{"Entries":[{"Source":5}]}',
      '{"Entries":[{"Time":"soon"}]}',
    ]) {
      expect(await send(put, body)).toMatchObject({ status: 400, type: 'SerializationException' });
    }
    expect(await send(put, '{"Entries":{"length":1}}')).toMatchObject({
      status: 400,
      type: 'ValidationException',
    });
  });

  it('answers to no name but localhost', async () => {
    expect(await send({ ...put, host: 'rebound.example' })).toMatchObject({ status: 403 });
    expect(await send({ ...put, host: '127.0.0.1.rebound.example' })).toMatchObject({ status: 403 });
    expect(await send({ ...put, host: `localhost:${endpoint.port}` })).toMatchObject({
      status: 400,
      type: 'ValidationException',
    });
  });

  it('reads no more of a body than its bound', async () => {
    expect(await send(put, Buffer.alloc(MAX_BODY_BYTES + 1, 0x20))).toMatchObject({ status: 413 });
    expect(await send(put, Buffer.alloc(MAX_BODY_BYTES, 0x20))).toMatchObject({
      type: 'SerializationException',
    });
  });

  it('may hold entries of a batch that are refused one by one', async () => {
    const entries = [{ a: null }, { a: {} }, 5, null].map((MessageAttributes, i) => ({
      Id: `${i}`,
      MessageBody: 'x',
      MessageAttributes,
    }));
    const { status, text } = await send(
      { ...signed, 'x-amz-target': 'AmazonSQS.SendMessageBatch' },
      JSON.stringify({ QueueUrl: queueUrl, Entries: entries }),
    );
    expect(status).toBe(200);
    const { Successful, Failed } = JSON.parse(text) as Record<string, { Id: string }[]>;
    expect([Successful!.map(({ Id }) => Id), Failed!.map(({ Id }) => Id)]).toEqual([['3'], ['0', '1', '2']]);
  });

  it('takes a batch of 1 MiB and refuses one byte more', async () => {
    const Entries = (more: number) =>
      ['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(524_288 + (Id === 'b' ? more : 0)) }));
    const put = (more: number) =>
      sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: Entries(more) }));
    expect((await put(0)).Successful).toHaveLength(2);
    await expect(put(1)).rejects.toMatchObject({ Code: 'AWS.SimpleQueueService.BatchRequestTooLong' });
  });

  it('is answered with a refusal, never with a fault, whatever its members are', async () => {
    const operations = [
      ...[
        'PutEvents',
        'TestEventPattern',
        'StartReplay',
        'DescribeReplay',
        'ListRules',
        'ListTargetsByRule',
        'DescribeArchive',
      ].map((name) => `AWSEvents.${name}`),
      ...[
        'SendMessage',
        'SendMessageBatch',
        'ReceiveMessage',
        'DeleteMessage',
        'DeleteMessageBatch',
        'GetQueueUrl',
      ].map((name) => `AmazonSQS.${name}`),
      ...['GetQueueAttributes', 'ListQueues', 'PurgeQueue', 'ChangeMessageVisibility'].map(
        (name) => `AmazonSQS.${name}`,
      ),
      'secretsmanager.GetSecretValue',
    ];
    const names = [
      ...[
        'Id',
        'Source',
        'DetailType',
        'Detail',
        'Time',
        'Resources',
        'EventBusName',
        'MessageBody',
        'MessageAttributes',
      ],
      ...[
        'DelaySeconds',
        'ReceiptHandle',
        'VisibilityTimeout',
        'MaxNumberOfMessages',
        'AttributeNames',
        'Event',
        'EventPattern',
      ],
      ...[
        'ReplayName',
        'EventSourceArn',
        'EventStartTime',
        'EventEndTime',
        'Destination',
        'Name',
        'Rule',
        'SecretId',
      ],
    ];
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom<unknown>(
        '{"a":1}',
        '{"source":["x"]}',
        5,
        -1,
        1e300,
        '',
        [null],
        { a: null },
        { a: {} },
        { a: { DataType: 'String' } },
        { Arn: 5 },
      ),
    );
    const members = fc.dictionary(fc.constantFrom(...names), value, { minKeys: 4, maxKeys: 16 });
    const input = fc.record({
      fields: members,
      Entries: fc.oneof(fc.array(fc.oneof(members, value), { maxLength: 3 }), value),
      queue: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...operations), input, async (target, { fields, Entries, queue }) => {
        const body = JSON.stringify({ ...fields, Entries, ...(queue ? { QueueUrl: queueUrl } : {}) });
        const answer = await send({ ...signed, 'x-amz-target': target }, body);
        expect([target, answer.status, answer.type]).toEqual([
          target,
          expect.toSatisfy((status) => status === 200 || status === 400),
          answer.type,
        ]);
      }),
      { numRuns: 400 },
    );
  });
});
