import type { Velocity } from '../baselines/index.ts';
import { namedWindow, spreadOf } from './failure-excess.ts';
import type { SignalDefinition } from './signal.ts';

const MAX_SUBJECTS = 1_000;
/** A person who mistypes tries again; lists of stolen credentials have about one try for each account. */
const TRIES = 2;

/** Many subjects failing once or twice each from one operator or with one kind of agent. */
export const credentialStuffing: SignalDefinition = {
  code: 'credentialStuffing',
  title: 'Failures of other accounts from this operator or agent',
  description:
    'How many different subjects failed from this network operator, or with this very agent, today or yesterday, or over one to two months when that shows more, times how far the share of failures in that time exceeds what honest people produce, and less when each tried more than twice. Attacks spread over many addresses show here, slow ones as well. At most 1,000.',
  unit: 'subjects',
  range: [0, MAX_SUBJECTS],
  alsoKnownAs: ['Auth0 credential stuffing', 'MITRE ATT&CK T1110.004'],
  evaluate({ event, network, agent, velocity }) {
    if (network?.asn === undefined && agent === undefined)
      return { evaluated: false, why: 'the event states neither network operator nor agent' };
    const spread = (counter: Velocity | undefined) => {
      const { subjects, perSubject, window } = spreadOf(counter, event.time);
      return { window, weighed: subjects * Math.min(1, TRIES / perSubject) };
    };
    const [byOperator, byAgent] = [spread(velocity.asn), spread(velocity.agent)];
    const most = byOperator.weighed >= byAgent.weighed ? byOperator : byAgent;
    const failed = most.window === 'day' ? 'failedSubjects' : 'failedSubjectsLong';
    const count = (counter: Velocity | undefined) => Math.round(counter?.[failed] ?? 0);
    return {
      evaluated: true,
      value: Math.min(MAX_SUBJECTS, most.weighed),
      observed: `${count(velocity.asn)} subjects failed from this operator ${namedWindow(most.window)}, ${count(velocity.agent)} with this agent`,
      usual: 'one in five attempts fails',
    };
  },
  texts: [
    { below: 1, text: 'Nothing suggests that lists of stolen passwords are being tried.' },
    { below: 5, text: 'A few sign-ins to other accounts failed in the same manner.' },
    { text: 'Many sign-ins to other accounts failed in the same manner.' },
  ],
};
