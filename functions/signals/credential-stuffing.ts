import type { Velocity } from '../baselines/index.ts';
import { failureExcess, recentAttempts } from './failure-excess.ts';
import type { SignalDefinition } from './signal.ts';

const MAX_SUBJECTS = 1_000;
/** A person who mistypes tries again; lists of stolen credentials have about one try for each account. */
const TRIES = 2;

/** Many subjects failing once or twice each from one operator or with one kind of agent. */
export const credentialStuffing: SignalDefinition = {
  code: 'credentialStuffing',
  title: 'Failures of other accounts from this operator or agent',
  description:
    'How many different subjects failed from this network operator, or with this very agent, today or yesterday, times how far the share of failures exceeds what honest people produce, and less when each tried more than twice. Attacks spread over many addresses show here. At most 1,000.',
  unit: 'subjects',
  range: [0, MAX_SUBJECTS],
  alsoKnownAs: ['Auth0 credential stuffing'],
  evaluate({ event, network, agent, velocity }) {
    if (network?.asn === undefined && agent === undefined)
      return { evaluated: false, why: 'the event states neither network operator nor agent' };
    const spread = (counter: Velocity | undefined) => {
      if (counter === undefined || counter.failedSubjects <= 0) return 0;
      const recent = recentAttempts(counter, event.time);
      const perSubject = recent.failures / counter.failedSubjects;
      return counter.failedSubjects * failureExcess(recent) * Math.min(1, TRIES / Math.max(perSubject, 1));
    };
    const value = Math.max(spread(velocity.asn), spread(velocity.agent));
    return {
      evaluated: true,
      value: Math.min(MAX_SUBJECTS, value),
      observed: `${velocity.asn?.failedSubjects ?? 0} subjects failed from this operator, ${velocity.agent?.failedSubjects ?? 0} with this agent`,
      usual: 'one in five attempts fails',
    };
  },
  text: (raises) =>
    raises
      ? 'Many sign-ins to other accounts failed in the same manner.'
      : 'Nothing suggests that lists of stolen passwords are being tried.',
};
