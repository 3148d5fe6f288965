import { HALF_LIFE } from '../baselines/index.ts';
import type { SignalDefinition } from './signal.ts';
import { countAt } from './subject-counts.ts';

const MAX = 100;

/** A success that follows failures: a guess that hit, or a person who remembered. */
export const successAfterFailures: SignalDefinition = {
  code: 'successAfterFailures',
  title: 'Success after failures',
  description:
    'For a success: the failed attempts on this subject before it, decayed with a half-life of one hour, at most 100. One or two are a mistyped password; many are a guess that hit. Not evaluable for an attempt that did not succeed.',
  unit: 'count',
  range: [0, MAX],
  evaluate({ event, subject }) {
    if (event.outcome !== 'success') return { evaluated: false, why: 'the attempt did not succeed' };
    const value = countAt(subject.failures.hour, event.time, HALF_LIFE.hour, MAX);
    return {
      evaluated: true,
      value,
      observed: `succeeded after ${value.toFixed(1)} failures within about an hour`,
      usual: 'after none to two',
    };
  },
  texts: [
    { below: 0.5, text: 'The sign-in succeeded with hardly any failed ones just before.' },
    { below: 3, text: 'The sign-in succeeded after a few failed ones.' },
    { text: 'The sign-in succeeded after several failed ones.' },
  ],
};
