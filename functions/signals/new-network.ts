import { noveltySignal } from './novelty.ts';

/** How unusual the network (its /24 or /48) is for this subject. */
export const newNetwork = noveltySignal({
  code: 'newNetwork',
  title: 'Network',
  meaning: 'How unusual the network (its /24 or /48) is for this subject.',
  dimension: 'prefix',
  backOff: true,
  noun: 'network',
  pseudonymous: false,
  alsoKnownAs: ['Entra unfamiliarFeatures (IP)', 'Okta New IP'],
  texts: [
    'This network is nothing unusual here.',
    'This network is one that is seldom used here.',
    'This network is not one that you usually use.',
  ],
});
