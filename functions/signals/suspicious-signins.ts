import { type Dimension, entry, total } from '../baselines/index.ts';
import type { SignalDefinition } from './signal.ts';

/** What a program's sign-in is known by, and what each says when it is new. Programs do not travel or shop around. */
const FEATURES: readonly (readonly [Dimension, number, string])[] = [
  ['asn', 1, 'network operator'],
  ['factor', 1, 'credential type'],
  ['agent', 0.8, 'agent'],
  ['application', 0.7, 'target'],
  ['resource', 0.5, 'resource'],
  ['prefix', 0.5, 'network'],
  ['country', 0.5, 'country'],
];

/** A program's account behaves unlike itself. */
export const suspiciousSignins: SignalDefinition = {
  code: 'suspiciousSignins',
  title: 'Service account unlike itself',
  description:
    'For service accounts, agents and devices: which of their features were never seen with them, weighted: network operator 1, credential type 1, agent 0.8, target 0.7, network, country and resource 0.5 each; 1 − Π(1 − weight/2), so that one new thing already tells and several add up. Programs have no reason to vary as people do, which is why they have this signal beside the novelty of each feature. Not evaluable for people, and without at least two features to compare.',
  unit: 'degree',
  range: [0, 1],
  alsoKnownAs: ['Entra suspiciousSignins (workload identities)'],
  evaluate({ event, observation, subject }) {
    if (event.subject.kind === 'person') return { evaluated: false, why: 'the subject is a person' };
    let left = 1;
    let compared = 0;
    const unseen: string[] = [];
    for (const [dimension, weight, name] of FEATURES) {
      const key = observation.keys[dimension];
      if (key === undefined || total(subject, dimension) <= 0) continue;
      compared++;
      if (entry(subject, dimension, key) !== undefined) continue;
      left *= 1 - weight / 2;
      unseen.push(name);
    }
    if (compared < 2) return { evaluated: false, why: 'too few features to compare' };
    return {
      evaluated: true,
      value: 1 - left,
      observed: unseen.length === 0 ? 'all features known' : `new: ${unseen.join(', ')}`,
      usual: 'known features',
      since: subject.first,
    };
  },
  texts: [
    { below: 0.05, text: 'This program signed in as it usually does.' },
    { below: 0.4, text: 'Something about how this program signed in is new for it.' },
    { text: 'This program signed in unlike it usually does.' },
  ],
};
