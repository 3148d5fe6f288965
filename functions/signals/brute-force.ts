import { HALF_LIFE } from '../baselines/index.ts';
import type { SignalDefinition } from './signal.ts';
import { countAt } from './subject-counts.ts';

const MAX = 100;

/** Many recent failures on this account. */
export const bruteForce: SignalDefinition = {
  code: 'bruteForce',
  title: 'Recent failures on the account',
  description:
    'Failed attempts on this subject before this event, whoever made them, decayed with a half-life of one hour; at most 100.',
  unit: 'count',
  range: [0, MAX],
  alsoKnownAs: ['Auth0 brute-force protection', 'Okta Brute force'],
  evaluate({ event, subject }) {
    const value = countAt(subject.failures.hour, event.time, HALF_LIFE.hour, MAX);
    return {
      evaluated: true,
      value,
      observed: `${value.toFixed(1)} failures within about an hour`,
      usual: 'one or two when a password is mistyped',
    };
  },
  texts: [
    { below: 0.5, text: 'There were hardly any failed sign-ins to your account just before.' },
    { below: 3, text: 'There were a few failed sign-ins to your account before.' },
    { text: 'There were several failed sign-ins to your account just before.' },
  ],
};
