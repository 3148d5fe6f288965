import type { Velocity } from '../baselines/index.ts';
import { namedWindow, spreadOf } from './failure-excess.ts';
import type { SignalDefinition } from './signal.ts';

const MAX_SUBJECTS = 1_000;

/** Many subjects failing from one address or its neighbourhood. */
export const passwordSpray: SignalDefinition = {
  code: 'passwordSpray',
  title: 'Failures of other accounts from this network',
  description:
    'How many different subjects failed from this address today or yesterday, or over one to two months when that shows more, times how far the share of failures in that time exceeds what honest people produce (nothing up to one in five); for the whole prefix at half weight. Counted across subjects, so that one guess at each of many accounts shows, and over weeks, so that a few guesses a day show as well. At most 1,000.',
  unit: 'subjects',
  range: [0, MAX_SUBJECTS],
  alsoKnownAs: ['Entra passwordSpray', 'Okta Password spray', 'MITRE ATT&CK T1110.003'],
  evaluate({ event, network, velocity }) {
    if (network === undefined) return { evaluated: false, why: 'the event states no network' };
    const address = spreadOf(velocity.address, event.time);
    const prefix = spreadOf(velocity.prefix, event.time);
    const value = Math.max(address.subjects, prefix.subjects / 2);
    const { window } = address.subjects >= prefix.subjects / 2 ? address : prefix;
    const failed = window === 'day' ? 'failedSubjects' : 'failedSubjectsLong';
    const from = (counter: Velocity | undefined) => Math.round(counter?.[failed] ?? 0);
    return {
      evaluated: true,
      value: Math.min(MAX_SUBJECTS, value),
      observed: `${from(velocity.address)} subjects failed from this address ${namedWindow(window)}, ${from(velocity.prefix)} from its prefix`,
      usual: 'one in five attempts fails',
    };
  },
  texts: [
    { below: 1, text: 'The network shows no sign of attempts on many accounts.' },
    { below: 5, text: 'A few sign-ins to other accounts failed from the same network.' },
    { text: 'Many sign-ins to other accounts failed from the same network.' },
  ],
};
