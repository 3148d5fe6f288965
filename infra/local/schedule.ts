import type { BusEvent, Events } from './bus/index.ts';
import { type Clock, type FunctionInvoker, systemClock } from './runtime.ts';
import type { LocalResource, LocalTemplate } from './template.ts';
import { refusedProperty } from './template-error.ts';

/** Something that the template wants to happen again and again. */
export interface Schedule {
  readonly name: string;
  /** ms between two runs. */
  readonly everyMs: number;
  /** Starts one run, given its time in ms since the Unix epoch. */
  readonly run: (time: number) => Promise<void>;
}

/** What schedules start runs with. */
export interface ScheduleParts {
  /** For EventBridge Scheduler, whose target is the function itself. */
  readonly invoker: FunctionInvoker;
  /** For a rule: its targets have their own retries and dead letters. */
  readonly events: Pick<Events, 'fire'>;
}

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Milliseconds of a `rate(…)` expression (EventBridge user guide, "Rate expressions").
 *
 * @returns undefined for anything else, `cron(…)` and `at(…)` included.
 * @example
 * ```ts
 * rateMs('rate(5 minutes)'); // 300000
 * rateMs('rate(1 minutes)'); // undefined: one minute is written in the singular
 * ```
 */
export function rateMs(expression: string): number | undefined {
  const [, count, unit] = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  if ((count === '1') === expression.endsWith('s)')) return undefined;
  return Number(count) * UNIT_MS[unit]!;
}

/**
 * The schedules of a template: rules with a `ScheduleExpression`, and EventBridge Scheduler's schedules.
 *
 * @throws TemplateError `property-refused` for an expression other than a rate, or a Scheduler target that
 * is not a function of the template.
 * @example
 * ```ts
 * schedulesOf(template, parts).map(({ name, everyMs }) => [name, everyMs]); // [['countersign-local-sweep', 60000]]
 * ```
 */
export function schedulesOf(template: LocalTemplate, { invoker, events }: ScheduleParts): Schedule[] {
  const enabled = ({ properties }: LocalResource) =>
    properties.ScheduleExpression !== undefined && properties.State !== 'DISABLED';
  const rules = template
    .ofType('AWS::Events::Rule')
    .filter(enabled)
    .map((rule) => ({
      name: rule.ref,
      everyMs: interval(rule),
      run: async (time: number) => events.fire(rule.arn!, ruleEvent(template, rule, time)),
    }));
  const schedules = template
    .ofType('AWS::Scheduler::Schedule')
    .filter(enabled)
    .map((schedule) => {
      const { Arn, Input = '{}' } = schedule.properties.Target as { Arn: string; Input?: string };
      if (template.byArn(Arn)?.type !== 'AWS::Lambda::Function')
        throw refusedProperty(schedule, `the target ${Arn}`);
      const payload: unknown = JSON.parse(Input);
      return {
        name: schedule.ref,
        everyMs: interval(schedule),
        run: () => invoker.invoke(Arn, payload, { async: true }),
      };
    });
  return [...rules, ...schedules];
}

function interval(resource: LocalResource): number {
  const expression = String(resource.properties.ScheduleExpression);
  const everyMs = rateMs(expression);
  if (everyMs === undefined) throw refusedProperty(resource, `the schedule ${expression}`);
  return everyMs;
}

function ruleEvent({ place }: LocalTemplate, rule: LocalResource, time: number): BusEvent {
  return {
    version: '0',
    id: crypto.randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: place.account,
    time: new Date(time).toISOString().replace(/\.\d+Z$/, 'Z'),
    region: place.region,
    resources: [rule.arn!],
    detail: {},
  };
}

/**
 * Runs schedules until told to stop. The first run comes after one whole interval, as at AWS.
 *
 * @param onRefused told of a run that could not be started; the next one is tried all the same.
 * @returns a function that stops them.
 * @example
 * ```ts
 * const stop = runSchedules(schedulesOf(template, { invoker, events }));
 * ```
 */
export function runSchedules(
  schedules: readonly Schedule[],
  clock: Clock = systemClock,
  onRefused: (name: string, error: unknown) => void = () => undefined,
): () => void {
  const cancels = new Map<Schedule, () => void>();
  const arm = (schedule: Schedule, at: number) => {
    const cancel = clock.after(Math.max(0, at - clock.now()), () => {
      arm(schedule, at + schedule.everyMs);
      schedule.run(at).catch((error: unknown) => onRefused(schedule.name, error));
    });
    cancels.set(schedule, cancel);
  };
  for (const schedule of schedules) arm(schedule, clock.now() + schedule.everyMs);
  return () => {
    for (const cancel of cancels.values()) cancel();
  };
}
