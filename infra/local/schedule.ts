import { type Clock, type FunctionInvoker, InvocationRefused, systemClock } from './runtime.ts';
import type { LocalResource, LocalTemplate } from './template.ts';
import { TemplateError } from './template-error.ts';

/** Something that the template wants to happen again and again. */
export interface Schedule {
  readonly name: string;
  /** ms between two runs. */
  readonly everyMs: number;
  readonly functionArn: string;
  /** What the function receives, given the time of the run. */
  readonly event: (time: number) => unknown;
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

interface Target {
  readonly Arn: string;
  readonly Input?: string;
}

/**
 * The schedules of a template: rules with a `ScheduleExpression`, and EventBridge Scheduler's schedules.
 *
 * @throws TemplateError `property-refused` for an expression other than a rate, or a target that is not a
 * function of the template.
 * @example
 * ```ts
 * schedulesOf(template).map(({ name, everyMs }) => [name, everyMs]); // [['countersign-local-sweep', 60000]]
 * ```
 */
export function schedulesOf(template: LocalTemplate): Schedule[] {
  const rules = template
    .ofType('AWS::Events::Rule')
    .filter(
      ({ properties }) => properties.ScheduleExpression !== undefined && properties.State !== 'DISABLED',
    )
    .flatMap((rule) =>
      ((rule.properties.Targets ?? []) as Target[]).map((target) =>
        scheduleOf(template, rule, target, (time) => ruleEvent(template, rule, time)),
      ),
    );
  const schedules = template
    .ofType('AWS::Scheduler::Schedule')
    .filter(({ properties }) => properties.State !== 'DISABLED')
    .map((schedule) => scheduleOf(template, schedule, schedule.properties.Target as Target, () => ({})));
  return [...rules, ...schedules];
}

function scheduleOf(
  template: LocalTemplate,
  resource: LocalResource,
  target: Target,
  event: (time: number) => unknown,
): Schedule {
  const refused = (what: string) =>
    new TemplateError(
      'property-refused',
      `${resource.stack}/${resource.logicalId}: local mode cannot run ${what}`,
    );
  const expression = String(resource.properties.ScheduleExpression);
  const everyMs = rateMs(expression);
  if (everyMs === undefined) throw refused(`the schedule ${expression}`);
  if (template.byArn(target.Arn)?.type !== 'AWS::Lambda::Function') throw refused(`the target ${target.Arn}`);
  const { Input } = target;
  return {
    name: resource.ref,
    everyMs,
    functionArn: target.Arn,
    event: Input === undefined ? event : () => JSON.parse(Input),
  };
}

function ruleEvent({ place }: LocalTemplate, rule: LocalResource, time: number): unknown {
  return {
    version: '0',
    id: crypto.randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: place.account,
    time: new Date(time).toISOString().replace(/\.\d+Z$/, 'Z'),
    region: place.region,
    resources: [rule.arn],
    detail: {},
  };
}

/**
 * Runs schedules until told to stop. The first run comes after one whole interval, as at AWS.
 *
 * @param onRefused told of a run that the host would not take.
 * @returns a function that stops them.
 * @example
 * ```ts
 * const stop = runSchedules(schedulesOf(template), invoker);
 * ```
 */
export function runSchedules(
  schedules: readonly Schedule[],
  invoker: FunctionInvoker,
  clock: Clock = systemClock,
  onRefused: (schedule: Schedule, error: InvocationRefused) => void = () => undefined,
): () => void {
  const cancels = new Map<Schedule, () => void>();
  const arm = (schedule: Schedule, at: number) => {
    const cancel = clock.after(Math.max(0, at - clock.now()), () => {
      arm(schedule, at + schedule.everyMs);
      invoker.invoke(schedule.functionArn, schedule.event(at), { async: true }).catch((error: unknown) => {
        if (!(error instanceof InvocationRefused)) throw error;
        onRefused(schedule, error);
      });
    });
    cancels.set(schedule, cancel);
  };
  for (const schedule of schedules) arm(schedule, clock.now() + schedule.everyMs);
  return () => {
    for (const cancel of cancels.values()) cancel();
  };
}
