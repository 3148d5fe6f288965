import { maturity } from '../baselines/index.ts';
import type { SignalDefinition } from './signal.ts';
import { historyWeight } from './surprise.ts';

/** At this decayed number of events history counts for half. */
const HALF = 5;

/** How little is known of the subject. */
export const historyThin: SignalDefinition = {
  code: 'historyThin',
  title: 'History of the account',
  description:
    'How little is known of the subject: 5 / (5 + n), n being the decayed number of events learned. 1 for a stranger, near 0 for a subject known for long. It lets the model weigh novelty by how much there is to be new against.',
  unit: 'share',
  range: [0, 1],
  evaluate(context) {
    const { event, subject } = context;
    return {
      evaluated: true,
      value: HALF / (HALF + historyWeight(context)),
      observed: `${subject.events} events on ${subject.days} days (${maturity(subject, event.time)})`,
      usual: 'twelve events on five days',
      ...(subject.events > 0 && { since: subject.first }),
    };
  },
  texts: [
    { below: 0.3, text: 'Your account has a history to compare this sign-in with.' },
    { below: 0.99, text: 'Your account has little history to compare this sign-in with.' },
    { text: 'Your account has no history yet to compare this sign-in with.' },
  ],
};
