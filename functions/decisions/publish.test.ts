import type { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { expect, test } from 'vitest';
import type { StoredDecision } from './decisions.store.ts';
import { decisionPublisher } from './publish.ts';

const stored = (index: number, decision: object = {}): StoredDecision =>
  ({
    key: `d#shop#${index}`,
    tenant: 'shop',
    digest: 'x',
    delta: {},
    decision: {
      eventId: `e-${index}`,
      subject: 'p',
      outcome: 'allow',
      score: 0.1,
      mode: 'enforce',
      ...decision,
    },
  }) as unknown as StoredDecision;

/** What is put on the bus, call by call. */
const bus = (refuses = false) => {
  const calls: string[][] = [];
  const send = async ({ input }: PutEventsCommand) => {
    calls.push(
      (input.Entries ?? []).map(
        ({ DetailType, Detail }) => `${DetailType} ${JSON.parse(Detail!).metadata.id}`,
      ),
    );
    return { Entries: refuses ? [{ ErrorCode: 'ThrottlingException' }] : [] };
  };
  return { calls, publish: decisionPublisher({ send } as unknown as EventBridgeClient, 'bus') };
};

test('a decision that waits for a step-up is told as one beside the assessment; others are not', async () => {
  const { calls, publish } = bus();
  await publish(stored(1, { outcome: 'step_up' }), stored(2), stored(3, { outcome: 'review' }));
  expect(calls).toEqual([
    [
      'Risk Assessed d#shop#1',
      'Step-Up Required step-up#d#shop#1',
      'Risk Assessed d#shop#2',
      'Risk Assessed d#shop#3',
    ],
  ]);
});

test('told again by the sweeper it has the same ids; once it is answered or resolved, nobody is asked any more', async () => {
  const { calls, publish } = bus();
  await publish(stored(1, { outcome: 'step_up' }));
  await publish(stored(1, { outcome: 'step_up' }));
  expect(calls[1]).toEqual(calls[0]);
  await publish(
    stored(1, { outcome: 'step_up', evidence: {} }),
    stored(2, { outcome: 'allow', resolution: {} }),
  );
  expect(calls[2]).toEqual(['Risk Assessed d#shop#1', 'Risk Assessed d#shop#2']);
});

test('no call holds more than ten events, and a refused one fails', async () => {
  const { calls, publish } = bus();
  await publish(...Array.from({ length: 10 }, (_, index) => stored(index, { outcome: 'step_up' })));
  expect(calls.map(({ length }) => length)).toEqual([10, 10]);
  await expect(bus(true).publish(stored(1))).rejects.toMatchObject({ code: 'bus-unavailable' });
});
