import { AwsError } from '../aws-error.ts';
import { jsonDepth } from '../bus/entries.ts';
import { busNameOf, type Events, type Replay, type RuleConfig } from '../bus/index.ts';
import { compilePattern, EventPatternError } from '../event-pattern/index.ts';
import type { Operations } from './operations.ts';
import { optionalText, text } from './wire.ts';

type Input = Readonly<Record<string, unknown>>;

const seconds = (ms: number) => ms / 1000;

/** EventBridge's operations. Those that change what is deployed are not here: the template decides that. */
export function eventBridgeOperations(events: Events): Operations {
  return {
    PutEvents: (input, caller) => events.putEvents(input.Entries, caller),
    TestEventPattern: testEventPattern,
    ListEventBuses: () => ({ EventBuses: [...events.buses.values()] }),
    DescribeEventBus: (input) => busOf(events, optionalText(input, 'Name')),
    ListRules: (input) => {
      const bus = busOf(events, optionalText(input, 'EventBusName')).Name;
      const prefix = optionalText(input, 'NamePrefix') ?? '';
      const rules = events.config.rules.filter(
        (rule) => busNameOf(rule.EventBusName) === bus && rule.Name.startsWith(prefix),
      );
      return { Rules: rules.map(describeRule) };
    },
    ListTargetsByRule: (input) => {
      const bus = busOf(events, optionalText(input, 'EventBusName')).Name;
      const name = text(input, 'Rule');
      const rule = events.config.rules.find(
        (one) => one.Name === name && busNameOf(one.EventBusName) === bus,
      );
      if (!rule)
        throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus}.`);
      return { Targets: rule.Targets ?? [] };
    },
    ListArchives: () => ({ Archives: events.archives.map((archive) => describeArchive(archive)) }),
    DescribeArchive: (input) => {
      const name = text(input, 'ArchiveName');
      const archive = events.archives.find(({ config }) => config.ArchiveName === name);
      if (!archive) throw new AwsError('ResourceNotFoundException', `Archive ${name} does not exist.`);
      return {
        ...describeArchive(archive),
        ArchiveArn: archive.config.Arn,
        EventPattern: patternText(archive.config.EventPattern),
      };
    },
    StartReplay: (input) => startReplay(events, input),
    DescribeReplay: (input) => describeReplay(events.replays.describe(text(input, 'ReplayName'))),
    ListReplays: () => ({ Replays: events.replays.list().map(describeReplay) }),
  };
}

function busOf(events: Events, nameOrArn: string | undefined): { Name: string; Arn: string } {
  const name = busNameOf(nameOrArn);
  const bus = events.buses.get(name);
  if (!bus) throw new AwsError('ResourceNotFoundException', `Event bus ${name} does not exist.`);
  return { Name: bus.Name, Arn: bus.Arn };
}

const patternText = (pattern: unknown): string | undefined =>
  pattern === undefined || typeof pattern === 'string' ? pattern : JSON.stringify(pattern);

function describeRule(rule: RuleConfig): Record<string, unknown> {
  return {
    Name: rule.Name,
    Arn: rule.Arn,
    EventBusName: busNameOf(rule.EventBusName),
    EventPattern: patternText(rule.EventPattern),
    ScheduleExpression: rule.ScheduleExpression,
    State: rule.State ?? 'ENABLED',
  };
}

function describeArchive(archive: Events['archives'][number]): Record<string, unknown> {
  const { events, bytes } = archive.size();
  return {
    ArchiveName: archive.config.ArchiveName,
    EventSourceArn: archive.config.SourceArn,
    State: 'ENABLED',
    RetentionDays: Number(archive.config.RetentionDays ?? 0),
    SizeBytes: bytes,
    EventCount: events,
    CreationTime: seconds(archive.createdAt),
  };
}

/** Members that TestEventPattern requires of an event: API Reference, TestEventPattern. */
const REQUIRED = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'] as const;

function testEventPattern(input: Input): { Result: boolean } {
  const pattern = text(input, 'EventPattern');
  const refused = (reason: string) =>
    new AwsError('ValidationException', `Parameter Event is not valid. Reason: ${reason}`);
  const eventText = text(input, 'Event');
  if (pattern.length > 4096) {
    throw new AwsError(
      'ValidationException',
      "Value at 'eventPattern' failed to satisfy constraint: Member must have length less than or equal to 4096",
    );
  }
  if (jsonDepth(eventText) > 1000) throw refused('Event is nested too deeply.');
  let event: unknown;
  try {
    event = JSON.parse(eventText);
  } catch {
    throw refused('Event is not JSON.');
  }
  if (typeof event !== 'object' || event === null || Array.isArray(event))
    throw refused('Event is not a JSON object.');
  const missing = REQUIRED.find((name) => !Object.hasOwn(event, name));
  if (missing) throw refused(`${missing} is a required member.`);
  try {
    return { Result: compilePattern(pattern)(event) };
  } catch (error) {
    if (!(error instanceof EventPatternError)) throw error;
    throw new AwsError(
      'InvalidEventPatternException',
      `Event pattern is not valid. Reason: ${error.message}`,
      { cause: error },
    );
  }
}

function timeOf(input: Input, name: string): number {
  const value = input[name];
  const ms =
    typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (!Number.isFinite(ms))
    throw new AwsError('ValidationException', `1 validation error detected: '${name}' must be a time`);
  return ms;
}

function startReplay(events: Events, input: Input): Record<string, unknown> {
  const destination = (input.Destination ?? {}) as Input;
  const filters = destination.FilterArns;
  const replay = events.replays.start({
    name: text(input, 'ReplayName'),
    archiveArn: text(input, 'EventSourceArn'),
    from: timeOf(input, 'EventStartTime'),
    to: timeOf(input, 'EventEndTime'),
    busArn: text(destination, 'Arn'),
    ...(Array.isArray(filters) && filters.length > 0 ? { ruleArns: filters.map(String) } : {}),
  });
  return { ReplayArn: replay.arn, State: replay.state, ReplayStartTime: seconds(replay.startedAt) };
}

function describeReplay(replay: Replay): Record<string, unknown> {
  return {
    ReplayName: replay.name,
    ReplayArn: replay.arn,
    State: replay.state,
    EventSourceArn: replay.archiveArn,
    Destination: { Arn: replay.busArn, ...(replay.ruleArns ? { FilterArns: replay.ruleArns } : {}) },
    EventStartTime: seconds(replay.from),
    EventEndTime: seconds(replay.to),
    ReplayStartTime: seconds(replay.startedAt),
    ...(replay.endedAt === undefined ? {} : { ReplayEndTime: seconds(replay.endedAt) }),
    ...(replay.lastEventTime === undefined ? {} : { EventLastReplayedTime: seconds(replay.lastEventTime) }),
  };
}
