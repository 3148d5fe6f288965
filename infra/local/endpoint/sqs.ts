import { AwsError } from '../aws-error.ts';
import type { Queue, Queues, ReceivedMessage } from '../queue/index.ts';
import {
  attributesDigest,
  bodyDigest,
  checkMessage,
  type MessageAttributes,
  messageBytes,
} from '../queue/message.ts';
import type { Operations } from './operations.ts';
import { optionalNumber, optionalText, text } from './wire.ts';

type Input = Readonly<Record<string, unknown>>;

/** Bytes that a batch may hold: SQS Developer Guide, "Message quotas". */
const MAX_BATCH_BYTES = 1_048_576;

/** SQS's operations on the queues of the template. Making and deleting queues is the template's. */
export function sqsOperations(queues: Queues): Operations {
  const queueOf = (input: Input): Queue => {
    const queue = queues.byUrl(text(input, 'QueueUrl'));
    if (!queue) throw noSuchQueue();
    return queue;
  };
  return {
    GetQueueUrl: (input) => {
      const queue = queues.byName(text(input, 'QueueName'));
      if (!queue) throw noSuchQueue();
      return { QueueUrl: queue.config.QueueUrl };
    },
    ListQueues: (input) => {
      const prefix = optionalText(input, 'QueueNamePrefix') ?? '';
      const urls = queues.all
        .filter(({ config }) => config.QueueName.startsWith(prefix))
        .map(({ config }) => config.QueueUrl);
      return urls.length === 0 ? {} : { QueueUrls: urls };
    },
    GetQueueAttributes: (input) => ({
      Attributes: pick(queueAttributes(queueOf(input)), names(input, 'AttributeNames')),
    }),
    PurgeQueue: (input) => queueOf(input).purge(),
    SendMessage: (input) => send(queueOf(input), input),
    SendMessageBatch: (input) => {
      const queue = queueOf(input);
      const entries = batchEntries(input);
      const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
      if (bytes > MAX_BATCH_BYTES) {
        throw sqsError(
          'BatchRequestTooLong',
          'AWS.SimpleQueueService.BatchRequestTooLong',
          `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes.`,
        );
      }
      return batch(entries, (entry) => send(queue, entry));
    },
    ReceiveMessage: (input) => receive(queueOf(input), input),
    DeleteMessage: (input) => queueOf(input).delete(text(input, 'ReceiptHandle')),
    DeleteMessageBatch: (input) => {
      const queue = queueOf(input);
      return batch(batchEntries(input), (entry) => {
        queue.delete(text(entry, 'ReceiptHandle'));
        return {};
      });
    },
    ChangeMessageVisibility: (input) =>
      queueOf(input).changeVisibility(
        text(input, 'ReceiptHandle'),
        optionalNumber(input, 'VisibilityTimeout') ?? -1,
      ),
  };
}

const sqsError = (type: string, queryCode: string, message: string) =>
  new AwsError(type, message, { queryCode });

const noSuchQueue = () =>
  sqsError(
    'QueueDoesNotExist',
    'AWS.SimpleQueueService.NonExistentQueue',
    'The specified queue does not exist.',
  );

function names(input: Input, member: string): readonly string[] {
  const value = input[member];
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

function pick(all: Readonly<Record<string, string>>, wanted: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => wanted.includes('All') || wanted.includes(name)),
  );
}

function queueAttributes(queue: Queue): Record<string, string> {
  const { config } = queue;
  const { ready, inFlight, delayed } = queue.depth();
  const created = String(Math.floor(queue.createdAt / 1000));
  return {
    QueueArn: config.Arn,
    ApproximateNumberOfMessages: String(ready),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: created,
    LastModifiedTimestamp: created,
    VisibilityTimeout: String(config.VisibilityTimeout),
    MaximumMessageSize: String(config.MaximumMessageSize),
    MessageRetentionPeriod: String(config.MessageRetentionPeriod),
    DelaySeconds: String(config.DelaySeconds),
    ReceiveMessageWaitTimeSeconds: String(config.ReceiveMessageWaitTimeSeconds),
    ...(config.RedrivePolicy ? { RedrivePolicy: JSON.stringify(config.RedrivePolicy) } : {}),
  };
}

/** Bytes of a message; what will be refused on its own counts for nothing. */
function sizeOf({ MessageBody, MessageAttributes = {} }: Input): number {
  try {
    checkMessage(MessageBody, MessageAttributes, Number.POSITIVE_INFINITY);
  } catch {
    return 0;
  }
  return messageBytes(MessageBody, MessageAttributes as MessageAttributes);
}

function send(queue: Queue, input: Input): Record<string, unknown> {
  const attributes = (input.MessageAttributes ?? {}) as MessageAttributes;
  const delaySeconds = optionalNumber(input, 'DelaySeconds');
  const body = input.MessageBody as string;
  const MessageId = queue.send(body, { attributes, ...(delaySeconds === undefined ? {} : { delaySeconds }) });
  const MD5OfMessageAttributes = attributesDigest(attributes);
  return {
    MessageId,
    MD5OfMessageBody: bodyDigest(body),
    ...(MD5OfMessageAttributes ? { MD5OfMessageAttributes } : {}),
  };
}

async function receive(queue: Queue, input: Input): Promise<Record<string, unknown>> {
  const maxMessages = optionalNumber(input, 'MaxNumberOfMessages') ?? 1;
  if (!Number.isInteger(maxMessages) || maxMessages < 1 || maxMessages > 10) {
    throw new AwsError(
      'InvalidParameterValue',
      'Value for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.',
    );
  }
  const waitSeconds = optionalNumber(input, 'WaitTimeSeconds');
  const visibilityTimeout = optionalNumber(input, 'VisibilityTimeout');
  const messages = await queue.receive({
    maxMessages,
    ...(waitSeconds === undefined ? {} : { waitSeconds }),
    ...(visibilityTimeout === undefined ? {} : { visibilityTimeout }),
  });
  if (messages.length === 0) return {};
  const system = [...names(input, 'AttributeNames'), ...names(input, 'MessageSystemAttributeNames')];
  const own = names(input, 'MessageAttributeNames');
  return { Messages: messages.map((message) => wireMessage(message, system, own)) };
}

function wireMessage(
  message: ReceivedMessage,
  system: readonly string[],
  own: readonly string[],
): Record<string, unknown> {
  const Attributes = pick(
    {
      SenderId: '000000000000',
      SentTimestamp: String(message.sentAt),
      ApproximateReceiveCount: String(message.receiveCount),
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
      ...(message.deadLetterSource ? { DeadLetterQueueSourceArn: message.deadLetterSource } : {}),
    },
    system,
  );
  const MessageAttributes = Object.fromEntries(
    Object.entries(message.messageAttributes).filter(([name]) =>
      own.some((wanted) => attributeWanted(wanted, name)),
    ),
  );
  const MD5OfMessageAttributes = attributesDigest(MessageAttributes);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: bodyDigest(message.body),
    ...(Object.keys(Attributes).length > 0 ? { Attributes } : {}),
    ...(MD5OfMessageAttributes ? { MessageAttributes, MD5OfMessageAttributes } : {}),
  };
}

/** `All`, `.*`, a name, or the beginning of one: `app.*`. */
const attributeWanted = (wanted: string, name: string): boolean =>
  wanted === 'All' || wanted === name || (wanted.endsWith('.*') && name.startsWith(wanted.slice(0, -2)));

function batchEntries(input: Input): readonly Input[] {
  const entries = input.Entries;
  if (!Array.isArray(entries) || entries.length === 0) {
    throw sqsError(
      'EmptyBatchRequest',
      'AWS.SimpleQueueService.EmptyBatchRequest',
      'There should be at least one entry in the request.',
    );
  }
  if (entries.length > 10) {
    throw sqsError(
      'TooManyEntriesInBatchRequest',
      'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
      'Maximum number of entries per request are 10.',
    );
  }
  const checked = entries.map((entry) =>
    typeof entry === 'object' && entry !== null ? (entry as Input) : {},
  );
  const ids = checked.map(({ Id }) => Id);
  if (!ids.every((id) => typeof id === 'string' && /^[\w-]{1,80}$/.test(id))) {
    throw sqsError(
      'InvalidBatchEntryId',
      'AWS.SimpleQueueService.InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  }
  if (new Set(ids).size < ids.length) {
    throw sqsError(
      'BatchEntryIdsNotDistinct',
      'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
      'Two or more batch entries in the request have the same Id.',
    );
  }
  return checked;
}

/** Does each entry on its own; one that is refused does not hold up the others. */
function batch(
  entries: readonly Input[],
  run: (entry: Input) => Record<string, unknown>,
): Record<string, unknown> {
  const Successful: unknown[] = [];
  const Failed: unknown[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id: entry.Id, SenderFault: true, Code: error.type, Message: error.message });
    }
  }
  return { ...(Successful.length > 0 ? { Successful } : {}), ...(Failed.length > 0 ? { Failed } : {}) };
}
