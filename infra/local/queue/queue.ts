import { randomUUID } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import type { Clock } from '../runtime.ts';
import type { QueueConfig, QueueDepth, ReceivedMessage } from './config.ts';
import { openJournal } from './journal.ts';
import { checkMessage, type MessageAttributes } from './message.ts';

/** What a queue keeps of a message. */
interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly sentAt: number;
  readonly deadLetterSource?: string;
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt?: number;
  /** Token of the latest receipt; only it can delete the message. */
  receipt?: string;
}

interface Waiter {
  readonly wanted: number;
  readonly visibilityMs: number;
  readonly answer: (messages: ReceivedMessage[]) => void;
}

/**
 * One SQS standard queue: at least once, oldest first where it can, visibility timeouts, delays, long polls,
 * retention, and the move to a dead-letter queue on the receive after `maxReceiveCount`.
 */
export class Queue {
  readonly config: Required<Omit<QueueConfig, 'RedrivePolicy' | 'FifoQueue'>> &
    Pick<QueueConfig, 'RedrivePolicy'>;
  readonly createdAt: number;
  readonly #clock: Clock;
  readonly #messages = new Map<string, Message>();
  readonly #journal;
  readonly #waiters: Waiter[] = [];
  readonly #deadLetters: () => Queue | undefined;
  #cancelWake: (() => void) | undefined;
  #closed = false;

  /**
   * @param options.file Where its messages are kept; without one they are lost with the process.
   * @param options.deadLetters The queue that `RedrivePolicy` names.
   */
  constructor(
    config: QueueConfig,
    options: { clock: Clock; file?: string; deadLetters?: () => Queue | undefined },
  ) {
    if (config.FifoQueue) throw new AwsError('UnsupportedOperation', 'FIFO queues are not run locally.');
    this.config = {
      ...config,
      VisibilityTimeout: config.VisibilityTimeout ?? 30,
      MessageRetentionPeriod: config.MessageRetentionPeriod ?? 345_600,
      DelaySeconds: config.DelaySeconds ?? 0,
      ReceiveMessageWaitTimeSeconds: config.ReceiveMessageWaitTimeSeconds ?? 0,
      MaximumMessageSize: config.MaximumMessageSize ?? 1_048_576,
    };
    this.#clock = options.clock;
    this.createdAt = options.clock.now();
    this.#deadLetters = options.deadLetters ?? (() => undefined);
    this.#journal = openJournal<Message>(options.file);
    // A receive ends with the process that made it: what was in flight is ready again.
    for (const message of this.#journal.kept) this.#messages.set(message.id, { ...message, visibleAt: 0 });
  }

  /**
   * Accepts a message.
   *
   * @param options.delaySeconds Overrides the queue's `DelaySeconds`; 0 to 900.
   * @returns its id.
   * @throws {AwsError} when SQS would refuse it.
   */
  send(body: string, options: { attributes?: MessageAttributes; delaySeconds?: number } = {}): string {
    const attributes = options.attributes ?? {};
    checkMessage(body, attributes, this.config.MaximumMessageSize);
    const delay = seconds('DelaySeconds', options.delaySeconds ?? this.config.DelaySeconds, 900);
    const now = this.#clock.now();
    const message = {
      id: randomUUID(),
      body,
      attributes,
      sentAt: now,
      visibleAt: now + delay,
      receiveCount: 0,
    };
    this.#keep(message);
    return message.id;
  }

  /**
   * Takes up to `maxMessages` (1 to 10 on the wire; the poller of a function may take more) messages,
   * waiting up to `waitSeconds` for the first.
   */
  receive(
    options: { maxMessages?: number; waitSeconds?: number; visibilityTimeout?: number } = {},
  ): Promise<ReceivedMessage[]> {
    const wanted = options.maxMessages ?? 1;
    const visibilityMs = seconds(
      'VisibilityTimeout',
      options.visibilityTimeout ?? this.config.VisibilityTimeout,
      43_200,
    );
    const waitMs = seconds(
      'WaitTimeSeconds',
      options.waitSeconds ?? this.config.ReceiveMessageWaitTimeSeconds,
      20,
    );
    const taken = this.#take(wanted, visibilityMs);
    if (taken.length > 0 || waitMs === 0 || this.#closed) return Promise.resolve(taken);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        wanted,
        visibilityMs,
        answer: (messages) => {
          cancel();
          resolve(messages);
        },
      };
      const cancel = this.#clock.after(waitMs, () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        this.#wakeLater();
        resolve([]);
      });
      this.#waiters.push(waiter);
      this.#wakeLater();
    });
  }

  /**
   * Deletes the message of a receipt. A receipt that a later receive made stale deletes nothing, silently,
   * as in SQS.
   *
   * @throws {AwsError} `ReceiptHandleIsInvalid` for a handle that no queue gave.
   */
  delete(receiptHandle: string): void {
    const message = this.#received(receiptHandle);
    if (message) this.#drop(message.id);
  }

  /**
   * Makes a message in flight visible after `timeoutSeconds` from now (0 to 43,200).
   *
   * @throws {AwsError} `MessageNotInflight`, `ReceiptHandleIsInvalid`.
   */
  changeVisibility(receiptHandle: string, timeoutSeconds: number): void {
    const timeout = seconds('VisibilityTimeout', timeoutSeconds, 43_200);
    const message = this.#received(receiptHandle);
    const now = this.#clock.now();
    if (!message || message.visibleAt <= now) {
      throw new AwsError('MessageNotInflight', 'The message referred to is not in flight.');
    }
    message.visibleAt = now + timeout;
    this.#wakeLater();
  }

  /** Drops every message. */
  purge(): void {
    for (const id of [...this.#messages.keys()]) this.#drop(id);
  }

  depth(): QueueDepth {
    const now = this.#clock.now();
    let [ready, inFlight, delayed] = [0, 0, 0];
    for (const message of this.#messages.values()) {
      if (this.#expired(message, now)) continue;
      if (message.visibleAt <= now) ready++;
      else if (message.receiveCount > 0) inFlight++;
      else delayed++;
    }
    return { ready, inFlight, delayed };
  }

  /** Ends long polls and closes the file. */
  close(): void {
    this.#closed = true;
    this.#cancelWake?.();
    for (const waiter of this.#waiters.splice(0)) waiter.answer([]);
    this.#journal.close();
  }

  /** Takes in a message that another queue gave up on, with its id, age and attributes. */
  #bury(message: Message, source: string): void {
    const { id, body, attributes, sentAt } = message;
    this.#keep({ id, body, attributes, sentAt, visibleAt: 0, receiveCount: 0, deadLetterSource: source });
  }

  #keep(message: Message): void {
    this.#journal.put(message);
    this.#messages.set(message.id, message);
    this.#wakeLater();
  }

  #drop(id: string): void {
    this.#messages.delete(id);
    this.#journal.drop(id);
  }

  #expired(message: Message, now: number): boolean {
    return message.sentAt + this.config.MessageRetentionPeriod * 1000 <= now;
  }

  #take(wanted: number, visibilityMs: number): ReceivedMessage[] {
    const now = this.#clock.now();
    const taken: ReceivedMessage[] = [];
    for (const message of this.#messages.values()) {
      if (taken.length === wanted) break;
      if (this.#expired(message, now)) this.#drop(message.id);
      else if (message.visibleAt <= now && !this.#giveUp(message))
        taken.push(this.#hand(message, now, visibilityMs));
    }
    return taken;
  }

  /** Moves a message that was received too often; true when it was. */
  #giveUp(message: Message): boolean {
    const policy = this.config.RedrivePolicy;
    if (!policy || message.receiveCount < Number(policy.maxReceiveCount)) return false;
    const target = this.#deadLetters();
    if (!target) return false;
    target.#bury(message, this.config.Arn);
    this.#drop(message.id);
    return true;
  }

  #hand(message: Message, now: number, visibilityMs: number): ReceivedMessage {
    const receipt = randomUUID();
    const firstReceivedAt = message.firstReceivedAt ?? now;
    Object.assign(message, { receipt, firstReceivedAt, visibleAt: now + visibilityMs });
    message.receiveCount++;
    if (this.config.RedrivePolicy) this.#journal.put(message);
    return {
      messageId: message.id,
      receiptHandle: Buffer.from(`${message.id} ${receipt}`).toString('base64'),
      body: message.body,
      messageAttributes: message.attributes,
      sentAt: message.sentAt,
      firstReceivedAt,
      receiveCount: message.receiveCount,
      ...(message.deadLetterSource === undefined ? {} : { deadLetterSource: message.deadLetterSource }),
    };
  }

  #received(receiptHandle: string): Message | undefined {
    const [id, receipt] = Buffer.from(receiptHandle, 'base64').toString().split(' ');
    if (!id || !receipt || id.length !== 36 || receipt.length !== 36) {
      throw new AwsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
    }
    const message = this.#messages.get(id);
    return message?.receipt === receipt ? message : undefined;
  }

  /** Answers the polls that can be answered, and sets a timer for the next message that becomes visible. */
  #wakeLater(): void {
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    while (this.#waiters.length > 0) {
      const waiter = this.#waiters[0]!;
      const taken = this.#take(waiter.wanted, waiter.visibilityMs);
      if (taken.length === 0) break;
      this.#waiters.shift();
      waiter.answer(taken);
    }
    if (this.#waiters.length === 0) return;
    let next = Number.POSITIVE_INFINITY;
    for (const message of this.#messages.values()) next = Math.min(next, message.visibleAt);
    if (next === Number.POSITIVE_INFINITY) return;
    this.#cancelWake = this.#clock.after(Math.max(1, next - this.#clock.now()), () => this.#wakeLater());
  }
}

/** Checks a time in whole seconds and gives milliseconds. */
function seconds(name: string, value: number, most: number): number {
  if (!Number.isInteger(value) || value < 0 || value > most) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value for parameter ${name} is invalid. Reason: Must be between 0 and ${most}, if provided.`,
    );
  }
  return value * 1000;
}
