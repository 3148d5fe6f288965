import type { MessageAttributes } from '../queue/index.ts';
import type { Delivery, Failure } from './delivery.ts';

/**
 * Message attributes of an event that could not be delivered.
 *
 * Source: EventBridge User Guide, "Using dead-letter queues": the attributes of a dead letter. The condition
 * is there only when retries were exhausted.
 */
export function deadLetterAttributes(
  { ruleArn }: Delivery,
  targetArn: string,
  failure: Failure,
): MessageAttributes {
  const attributes: Record<string, string> = {
    RULE_ARN: ruleArn,
    TARGET_ARN: targetArn,
    ERROR_CODE: failure.code,
    ERROR_MESSAGE: failure.message || failure.code,
    RETRY_ATTEMPTS: String(failure.retries),
    ...(failure.exhausted ? { EXHAUSTED_RETRY_CONDITION: failure.exhausted } : {}),
  };
  return Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  );
}
