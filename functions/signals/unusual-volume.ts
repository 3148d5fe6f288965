import { DAY_MS, decayedTo, HALF_LIFE, HOUR_MS } from '../baselines/index.ts';
import type { SignalDefinition } from './signal.ts';

const RANGE = [-4, 10] as const;
/** Ratio of the two half-lives: a steady rate fills the counters in this proportion. */
const WEEK_TO_HOUR = (7 * DAY_MS) / HOUR_MS;

/** How much busier the account is than in the last week. */
export const unusualVolume: SignalDefinition = {
  code: 'unusualVolume',
  title: 'Number of attempts',
  description:
    'How many more attempts there were within about an hour than the average over about a week lets expect, in doublings: log2((h + 1) / (w / 168 + 1)), h and w being counters with half-lives of one hour and seven days; −4 to 10.',
  unit: 'doublings',
  range: RANGE,
  evaluate({ event, subject }) {
    const hour = Math.max(0, decayedTo(subject.attempts.hour, event.time, HALF_LIFE.hour));
    const expected = Math.max(0, decayedTo(subject.attempts.week, event.time, HALF_LIFE.week)) / WEEK_TO_HOUR;
    const value = Math.log2((hour + 1) / (expected + 1));
    return {
      evaluated: true,
      value: Math.min(RANGE[1], Math.max(RANGE[0], value)),
      observed: `${hour.toFixed(1)} attempts within about an hour`,
      usual: `${expected.toFixed(1)}`,
    };
  },
  texts: [
    { below: 0.5, text: 'There are no more sign-ins to your account than usual.' },
    { below: 2, text: 'There are somewhat more sign-ins to your account than usual.' },
    { text: 'There are far more sign-ins to your account than usual.' },
  ],
};
