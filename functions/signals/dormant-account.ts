import { DAY_MS } from '../baselines/index.ts';
import type { SignalDefinition } from './signal.ts';

const MAX_DAYS = 730;

/** How long the account was not used. */
export const dormantAccount: SignalDefinition = {
  code: 'dormantAccount',
  title: 'Time since the last sign-in',
  description:
    'Days since the last success that taught the baseline, at most 730. Not evaluable without history.',
  unit: 'days',
  range: [0, MAX_DAYS],
  evaluate({ event, subject }) {
    if (subject.events === 0) return { evaluated: false, why: 'no history yet' };
    const days = Math.min(MAX_DAYS, Math.max(0, (event.time - subject.last) / DAY_MS));
    return {
      evaluated: true,
      value: days,
      observed: `${days.toFixed(1)} days since the last success`,
      usual: `a success every ${everyDays(subject.first, subject.last, subject.events)} days`,
      since: subject.first,
    };
  },
  texts: [
    { below: 1, text: 'Your account was last used within a day before.' },
    { below: 14, text: 'Your account was last used some days before.' },
    { below: 60, text: 'Your account was last used some weeks before.' },
    { text: 'Your account had not been used for a long time.' },
  ],
};

function everyDays(first: number, last: number, events: number): string {
  return (Math.max(0, last - first) / DAY_MS / Math.max(1, events - 1)).toFixed(1);
}
