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
  text: (raises) =>
    raises
      ? 'Several things about this sign-in are new for you.'
      : 'What can be compared about this sign-in is as usual.',
};
