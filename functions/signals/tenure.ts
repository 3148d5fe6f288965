import { DAY_MS, type Dimension, entry } from '../baselines/index.ts';
import type { SignalDefinition } from './signal.ts';

/** Days are counted up to here in baselines. */
const MAX_DAYS = 255;

/** What one tenure signal has of its own. */
export interface TenureOptions {
  readonly code: string;
  readonly title: string;
  readonly dimension: Dimension;
  readonly noun: string;
}

/**
 * Makes the signal that says on how many days a property was already used: trust that only time can give.
 *
 * @example
 * ```ts
 * export const deviceTenure = tenureSignal({ code: 'deviceTenure', dimension: 'device', … });
 * ```
 */
export function tenureSignal(options: TenureOptions): SignalDefinition {
  const { dimension, noun } = options;
  return {
    code: options.code,
    title: options.title,
    description: `On how many different days the subject was seen with this ${noun}, at most ${MAX_DAYS}; 0 when it is new. Unlike a share it cannot be bought with many events in one night. Not evaluable when the event states no ${noun}, or for a subject without history, to whom everything is new.`,
    unit: 'days',
    range: [0, MAX_DAYS],
    evaluate({ observation, subject }) {
      const key = observation.keys[dimension];
      if (key === undefined) return { evaluated: false, why: `the event states no ${noun}` };
      if (subject.events === 0) return { evaluated: false, why: 'no history yet' };
      const known = entry(subject, dimension, key);
      return {
        evaluated: true,
        value: Math.min(MAX_DAYS, known?.days ?? 0),
        observed: known ? `seen on ${known.days} ${known.days === 1 ? 'day' : 'days'}` : 'not seen before',
        usual: `${subject.dimensions[dimension].length} known`,
        ...(known && { since: known.firstDay * DAY_MS }),
      };
    },
    texts: [
      { below: 1, text: `This ${noun} is new for you.` },
      { below: 5, text: `You have used this ${noun} on a few days.` },
      { below: 30, text: `You have used this ${noun} for some time.` },
      { text: `You have used this ${noun} for a long time.` },
    ],
  };
}
