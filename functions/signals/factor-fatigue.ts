import { HALF_LIFE } from '../baselines/index.ts';
import type { SignalDefinition } from './signal.ts';
import { countAt } from './subject-counts.ts';

const MAX = 50;

/** Second-factor prompts that were denied or failed shortly before: somebody may be wearing the subject down. */
export const factorFatigue: SignalDefinition = {
  code: 'factorFatigue',
  title: 'Denied second-factor prompts',
  description:
    'Second-factor prompts of this subject that failed or were denied before this event, decayed with a half-life of one hour; at most 50. Somebody who has the password sends prompts until one is approved.',
  unit: 'count',
  range: [0, MAX],
  alsoKnownAs: ['MFA fatigue', 'push bombing', 'Entra mfaFraud', 'MITRE ATT&CK T1621'],
  evaluate({ event, subject }) {
    const value = countAt(subject.factorFailures, event.time, HALF_LIFE.hour, MAX);
    return {
      evaluated: true,
      value,
      observed: `${value.toFixed(1)} prompts failed or denied within about an hour`,
      usual: 'none',
    };
  },
  texts: [
    { below: 0.5, text: 'Hardly any confirmation requests to you were denied just before.' },
    { below: 2, text: 'A confirmation request to you was denied or failed before.' },
    { text: 'Several confirmation requests to you were denied or failed just before.' },
  ],
};
