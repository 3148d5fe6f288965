import { AwsError } from '../aws-error.ts';
import { compileInput, type InputMaker } from '../input-transformer/index.ts';
import type { Queues } from '../queue/index.ts';
import { type FunctionInvoker, InvocationRefused } from '../runtime.ts';
import { busNameOf, type RuleConfig, type TargetConfig } from './config.ts';
import { type Delivery, TargetRefusal } from './delivery.ts';

/** What kind of thing a target's ARN names; undefined for kinds that are not run here. */
export function targetKind(arn: string): 'function' | 'queue' | 'bus' | undefined {
  const [, , service, , , resource = ''] = arn.split(':');
  if (service === 'lambda' && resource === 'function') return 'function';
  if (service === 'sqs') return 'queue';
  return service === 'events' && resource.startsWith('event-bus/') ? 'bus' : undefined;
}

/** Sends deliveries to what their target's ARN names. */
export function createSender(parts: {
  readonly rules: readonly RuleConfig[];
  readonly queues: Queues;
  readonly functions: FunctionInvoker;
  /** Puts an event on another bus of the same account. */
  readonly forward: (busName: string, delivery: Delivery) => void;
}): (delivery: Delivery, target: TargetConfig) => Promise<void> {
  const names = new Map<string, string>();
  const inputs = new Map<string, InputMaker>();
  for (const rule of parts.rules) {
    names.set(rule.Arn, rule.Name);
    for (const target of rule.Targets ?? []) inputs.set(`${rule.Arn} ${target.Id}`, compileInput(target));
  }

  const payloadOf = ({ ruleArn, targetId, event, acceptedAt }: Delivery): unknown =>
    inputs.get(`${ruleArn} ${targetId}`)!(event as unknown as Record<string, unknown>, {
      ruleArn,
      ruleName: names.get(ruleArn) ?? '',
      ingestionTime: new Date(acceptedAt).toISOString(),
    });

  return async (delivery, target) => {
    const kind = targetKind(target.Arn);
    if (kind === 'bus') parts.forward(busNameOf(target.Arn), delivery);
    else if (kind === 'queue') toQueue(parts.queues, target.Arn, payloadOf(delivery));
    else await toFunction(parts.functions, target.Arn, payloadOf(delivery));
  };
}

function toQueue(queues: Queues, arn: string, payload: unknown): void {
  const queue = queues.byArn(arn);
  if (!queue) throw new TargetRefusal('NO_RESOURCE', 'The queue does not exist.', false);
  try {
    queue.send(JSON.stringify(payload));
  } catch (error) {
    if (error instanceof AwsError) throw new TargetRefusal('INVALID_PARAMETER', error.message, false, error);
    throw error;
  }
}

async function toFunction(functions: FunctionInvoker, arn: string, payload: unknown): Promise<void> {
  try {
    await functions.invoke(arn, payload, { async: true });
  } catch (error) {
    if (error instanceof InvocationRefused)
      throw new TargetRefusal(error.code, error.message, error.retriable, error);
    throw error;
  }
}
