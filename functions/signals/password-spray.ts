import type { Velocity } from '../baselines/index.ts';
import { failureExcess, recentAttempts } from './failure-excess.ts';
import type { SignalDefinition } from './signal.ts';

const MAX_SUBJECTS = 1_000;

/** Many subjects failing from one address or its neighbourhood. */
export const passwordSpray: SignalDefinition = {
  code: 'passwordSpray',
  title: 'Failures of other accounts from this network',
  description:
    'How many different subjects failed from this address today or yesterday, times how far the share of failures exceeds what honest people produce (nothing up to one in five); for the whole prefix at half weight. Counted across subjects, so that one guess at each of many accounts shows. At most 1,000.',
  unit: 'subjects',
  range: [0, MAX_SUBJECTS],
  alsoKnownAs: ['Entra passwordSpray', 'Okta Password spray'],
  evaluate({ event, network, velocity }) {
    if (network === undefined) return { evaluated: false, why: 'the event states no network' };
    const spread = (counter: Velocity | undefined) =>
      counter === undefined ? 0 : counter.failedSubjects * failureExcess(recentAttempts(counter, event.time));
    const value = Math.max(spread(velocity.address), spread(velocity.prefix) / 2);
    return {
      evaluated: true,
      value: Math.min(MAX_SUBJECTS, value),
      observed: `${velocity.address?.failedSubjects ?? 0} subjects failed from this address, ${velocity.prefix?.failedSubjects ?? 0} from its prefix`,
      usual: 'one in five attempts fails',
    };
  },
  text: (raises) =>
    raises
      ? 'Many sign-ins to other accounts failed from the same network.'
      : 'The network shows no sign of attempts on many accounts.',
};
