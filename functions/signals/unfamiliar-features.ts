import { type Dimension, entry, total } from '../baselines/index.ts';
import type { SignalDefinition } from './signal.ts';

/** What makes a sign-in recognisable. */
const PROPERTIES: readonly Dimension[] = ['device', 'prefix', 'asn', 'country', 'agent'];

/** How many properties of the sign-in are new for the subject, all at once. */
export const unfamiliarFeatures: SignalDefinition = {
  code: 'unfamiliarFeatures',
  title: 'Combination of properties',
  description:
    'The share of the stated properties (device, network, operator, country, kind of agent) that this subject was never seen with. One new property is life; all of them at once are somebody else. Not evaluable with fewer than two properties that the baseline has values for.',
  unit: 'share',
  range: [0, 1],
  alsoKnownAs: ['Entra unfamiliarFeatures'],
  evaluate({ observation, subject }) {
    let stated = 0;
    let unseen = '';
    let count = 0;
    for (const dimension of PROPERTIES) {
      const key = observation.keys[dimension];
      if (key === undefined || total(subject, dimension) <= 0) continue;
      stated++;
      if (entry(subject, dimension, key) !== undefined) continue;
      unseen += `${count === 0 ? '' : ', '}${dimension}`;
      count++;
    }
    if (stated < 2) return { evaluated: false, why: 'too few properties to compare' };
    return {
      evaluated: true,
      value: count / stated,
      observed: count === 0 ? 'all properties known' : `new: ${unseen}`,
      usual: 'known properties',
      since: subject.first,
    };
  },
  texts: [
    { below: 0.01, text: 'What can be compared about this sign-in is as usual.' },
    { below: 0.5, text: 'Something about this sign-in is new for you.' },
    { below: 1, text: 'Much of what can be compared about this sign-in is new for you.' },
    { text: 'All that can be compared about this sign-in is new for you.' },
  ],
};
