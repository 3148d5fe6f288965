import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule as RuleSchedule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { describe, expect, it } from 'vitest';
import type { BusEvent } from './bus/index.ts';
import type { Clock } from './runtime.ts';
import { rateMs, runSchedules, schedulesOf } from './schedule.ts';
import { functionOf, templateOf } from './template-fixture.ts';

/** A clock that moves when told to, and runs what is due. */
function handClock() {
  let now = 0;
  const due = new Map<symbol, { at: number; task: () => void }>();
  const clock: Clock = {
    now: () => now,
    after: (ms, task) => {
      const key = Symbol();
      due.set(key, { at: now + ms, task });
      return () => void due.delete(key);
    },
  };
  const advance = (to: number) => {
    for (;;) {
      const next = [...due].filter(([, { at }]) => at <= to).sort((a, b) => a[1].at - b[1].at)[0];
      if (!next) break;
      due.delete(next[0]);
      now = next[1].at;
      next[1].task();
    }
    now = to;
  };
  return { clock, advance };
}

describe('rateMs', () => {
  it.each([
    ['rate(1 minute)', 60_000],
    ['rate(5 minutes)', 300_000],
    ['rate(1 hour)', 3_600_000],
    ['rate(7 days)', 604_800_000],
  ])('reads %s', (expression, ms) => expect(rateMs(expression)).toBe(ms));

  it.each([
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(0 minutes)',
    'rate(1.5 hours)',
    'cron(0 * * * ? *)',
    '',
  ])('does not read "%s"', (expression) => expect(rateMs(expression)).toBeUndefined());
});

describe('schedules', () => {
  it('fire a rule through its targets, and call a function with its input, each at its rate', async () => {
    const template = templateOf((stack) => {
      const sweep = functionOf(stack, 'sweep', 'export const handler = () => 1;');
      new Rule(stack, 'EveryMinute', {
        ruleName: 'every-minute',
        schedule: RuleSchedule.rate(Duration.minutes(1)),
        targets: [new LambdaFunction(sweep, { event: RuleTargetInput.fromObject({ now: true }) })],
      });
      new Rule(stack, 'Off', { enabled: false, schedule: RuleSchedule.rate(Duration.minutes(1)) });
      new Schedule(stack, 'EveryHour', {
        scheduleName: 'every-hour',
        schedule: ScheduleExpression.rate(Duration.hours(1)),
        target: new LambdaInvoke(sweep, { input: ScheduleTargetInput.fromObject({ deep: true }) }),
      });
    });
    const fired: [string, BusEvent][] = [];
    const invoked: unknown[] = [];
    const schedules = schedulesOf(template, {
      events: { fire: (arn, event) => void fired.push([arn, event]) },
      invoker: { invoke: async (...call) => void invoked.push(call) },
    });
    expect(schedules.map(({ name, everyMs }) => [name, everyMs])).toEqual([
      ['every-minute', 60_000],
      ['every-hour', 3_600_000],
    ]);
    const { clock, advance } = handClock();
    const stop = runSchedules(schedules, clock);
    advance(59_999);
    expect(fired).toEqual([]);
    advance(150_000);
    expect(fired.map(([arn, { time, source }]) => [arn, time, source])).toEqual([
      ['arn:aws:events:us-east-1:000000000000:rule/every-minute', '1970-01-01T00:01:00Z', 'aws.events'],
      ['arn:aws:events:us-east-1:000000000000:rule/every-minute', '1970-01-01T00:02:00Z', 'aws.events'],
    ]);
    advance(3_600_000);
    expect(invoked).toEqual([
      ['arn:aws:lambda:us-east-1:000000000000:function:sweep', { deep: true }, { async: true }],
    ]);
    stop();
    advance(9_000_000);
    expect([fired.length, invoked.length]).toEqual([60, 1]);
  });

  it('go on after a run that could not be started', async () => {
    const refused: string[] = [];
    const { clock, advance } = handClock();
    let runs = 0;
    const run = async () => {
      runs += 1;
      throw new Error('stopping');
    };
    const stop = runSchedules([{ name: 'sweep', everyMs: 10, run }], clock, (name) => refused.push(name));
    advance(25);
    await Promise.resolve();
    expect([runs, refused]).toEqual([2, ['sweep', 'sweep']]);
    stop();
  });

  it('refuse an expression that is no rate', () => {
    const template = templateOf((stack) => {
      new Rule(stack, 'Nightly', { schedule: RuleSchedule.cron({ hour: '3', minute: '0' }) });
    });
    const parts = { events: { fire: () => undefined }, invoker: { invoke: async () => undefined } };
    expect(() => schedulesOf(template, parts)).toThrow(/cannot run the schedule cron\(0 3/);
  });
});
