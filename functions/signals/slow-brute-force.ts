import { HALF_LIFE } from '../baselines/index.ts';
import type { SignalDefinition } from './signal.ts';
import { countAt } from './subject-counts.ts';

const MAX = 200;

/** Failures on this account spread over days, under the limits that look at minutes. */
export const slowBruteForce: SignalDefinition = {
  code: 'slowBruteForce',
  title: 'Failures on the account over days',
  description:
    'Failed attempts on this subject, decayed with a half-life of seven days, less those of the last hour (which `bruteForce` counts); at most 200. Low-and-slow guessing stays below hourly limits and shows here.',
  unit: 'count',
  range: [0, MAX],
  alsoKnownAs: ['MITRE ATT&CK T1110.001 (password guessing)'],
  evaluate({ event, subject }) {
    const week = countAt(subject.failures.week, event.time, HALF_LIFE.week, Number.MAX_VALUE);
    const hour = countAt(subject.failures.hour, event.time, HALF_LIFE.hour, Number.MAX_VALUE);
    const value = Math.min(MAX, Math.max(0, week - hour));
    return {
      evaluated: true,
      value,
      observed: `${value.toFixed(1)} failures within about a week`,
      usual: 'a few',
    };
  },
  texts: [
    { below: 1, text: 'There were hardly any failed sign-ins to your account over the last days.' },
    { below: 5, text: 'There were a few failed sign-ins to your account over the last days.' },
    { text: 'There were repeated failed sign-ins to your account over the last days.' },
  ],
};
