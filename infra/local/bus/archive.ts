import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compilePattern, type EventMatcher } from '../event-pattern/index.ts';
import type { Clock } from '../runtime.ts';
import { type ArchiveConfig, type BusEvent, busNameOf } from './config.ts';

interface Line {
  /** Epoch ms. */
  readonly archivedAt: number;
  readonly event: BusEvent;
}

/**
 * One archive: events of one bus that match its pattern, as JSON lines, for as many days as it says. A
 * replayed event is not archived again, as on AWS.
 */
export class Archive {
  readonly config: ArchiveConfig;
  readonly busName: string;
  readonly createdAt: number;
  readonly #clock: Clock;
  readonly #file: string | undefined;
  readonly #matches: EventMatcher;
  /** Used only when nothing is persisted. */
  #memory: Line[] = [];

  /**
   * @param directory Holds `<ArchiveName>.jsonl`; without one, the archive lives in memory.
   * @throws {EventPatternError} when its pattern cannot be evaluated.
   */
  constructor(config: ArchiveConfig, clock: Clock, directory: string | undefined) {
    this.config = config;
    this.busName = busNameOf(config.SourceArn);
    this.createdAt = clock.now();
    this.#clock = clock;
    this.#file = directory === undefined ? undefined : join(directory, `${config.ArchiveName}.jsonl`);
    this.#matches = config.EventPattern === undefined ? () => true : compilePattern(config.EventPattern);
    if (this.#file !== undefined) mkdirSync(dirname(this.#file), { recursive: true });
  }

  /** Keeps an event if it belongs here. It is on disk when this returns. */
  add(event: BusEvent): void {
    if (event['replay-name'] !== undefined || !this.#matches(event)) return;
    const line: Line = { archivedAt: this.#clock.now(), event };
    if (this.#file === undefined) this.#memory.push(line);
    else appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
  }

  /** Events that are still retained and whose `time` is in [from, to], epoch ms, oldest first. */
  between(from: number, to: number): BusEvent[] {
    return this.#retained()
      .map(({ event }) => event)
      .filter(({ time }) => Date.parse(time) >= from && Date.parse(time) <= to)
      .sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  }

  /** Number of events retained, and their bytes as JSON. */
  size(): { events: number; bytes: number } {
    const lines = this.#retained();
    return {
      events: lines.length,
      bytes: lines.reduce((sum, { event }) => sum + JSON.stringify(event).length, 0),
    };
  }

  #retained(): Line[] {
    const days = Number(this.config.RetentionDays ?? 0);
    const oldest = days === 0 ? Number.NEGATIVE_INFINITY : this.#clock.now() - days * 86_400_000;
    return this.#lines().filter(({ archivedAt }) => archivedAt > oldest);
  }

  #lines(): Line[] {
    if (this.#file === undefined) return this.#memory;
    if (!existsSync(this.#file)) return [];
    return readFileSync(this.#file, 'utf8').split('\n').flatMap(parseLine);
  }

  /** Rewrites the archive without what is past its retention: erased, and not only left unread. */
  expire(): void {
    const kept = this.#retained();
    if (this.#file === undefined) this.#memory = kept;
    else {
      writeFileSync(`${this.#file}.new`, kept.map((line) => `${JSON.stringify(line)}\n`).join(''));
      renameSync(`${this.#file}.new`, this.#file);
    }
  }
}

/** A line, unless the process died while writing it. */
function parseLine(text: string): Line[] {
  try {
    return text === '' ? [] : [JSON.parse(text) as Line];
  } catch {
    return [];
  }
}
