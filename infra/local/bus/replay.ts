import { AwsError } from '../aws-error.ts';
import type { Clock } from '../runtime.ts';
import type { Archive } from './archive.ts';
import { type BusEvent, busNameOf } from './config.ts';

/** What StartReplay takes; times are epoch ms. */
export interface ReplayRequest {
  readonly name: string;
  readonly archiveArn: string;
  readonly from: number;
  readonly to: number;
  readonly busArn: string;
  /** Rules to replay to; all when absent. */
  readonly ruleArns?: readonly string[];
}

/** A replay, finished or not. Replays are forgotten with the process. */
export interface Replay extends ReplayRequest {
  readonly arn: string;
  readonly startedAt: number;
  state: 'RUNNING' | 'COMPLETED';
  endedAt?: number;
  /** Time of the last event replayed, epoch ms. */
  lastEventTime?: number;
}

/** Replays archived events to the bus they came from. */
export interface Replays {
  /** @throws {AwsError} `ResourceNotFoundException`, `ResourceAlreadyExistsException`, `ValidationException`. */
  start(request: ReplayRequest): Replay;
  /** @throws {AwsError} `ResourceNotFoundException`. */
  describe(name: string): Replay;
  list(): readonly Replay[];
}

/**
 * @param publish Puts an event before a bus's rules, as if it had just come.
 */
export function createReplays(parts: {
  readonly archives: readonly Archive[];
  readonly clock: Clock;
  readonly arnOf: (replayName: string) => string;
  readonly publish: (busName: string, event: BusEvent, ruleArns: readonly string[] | undefined) => void;
}): Replays {
  const replays = new Map<string, Replay>();

  const run = (replay: Replay, archive: Archive) => {
    for (const event of archive.between(replay.from, replay.to)) {
      parts.publish(archive.busName, { ...event, 'replay-name': replay.name }, replay.ruleArns);
      replay.lastEventTime = Date.parse(event.time);
    }
    replay.state = 'COMPLETED';
    replay.endedAt = parts.clock.now();
  };

  return {
    start(request) {
      if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(request.name)) {
        throw new AwsError(
          'ValidationException',
          "Value at 'replayName' failed to satisfy constraint: [\\.\\-_A-Za-z0-9]+",
        );
      }
      if (replays.has(request.name)) {
        throw new AwsError('ResourceAlreadyExistsException', `Replay ${request.name} already exists.`);
      }
      const archive = parts.archives.find(({ config }) => config.Arn === request.archiveArn);
      if (!archive)
        throw new AwsError('ResourceNotFoundException', 'The archive of EventSourceArn does not exist.');
      if (busNameOf(request.busArn) !== archive.busName) {
        throw new AwsError(
          'ValidationException',
          'Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.',
        );
      }
      if (!(request.from < request.to)) {
        throw new AwsError(
          'ValidationException',
          'Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.',
        );
      }
      const replay: Replay = {
        ...request,
        arn: parts.arnOf(request.name),
        startedAt: parts.clock.now(),
        state: 'RUNNING',
      };
      replays.set(request.name, replay);
      run(replay, archive);
      return replay;
    },
    describe(name) {
      const replay = replays.get(name);
      if (!replay) throw new AwsError('ResourceNotFoundException', `Replay ${name} does not exist.`);
      return replay;
    },
    list: () => [...replays.values()],
  };
}
