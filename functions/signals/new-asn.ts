import { noveltySignal } from './novelty.ts';

/** How unusual the network operator (autonomous system) is for this subject. */
export const newASN = noveltySignal({
  code: 'newASN',
  title: 'Network operator',
  meaning: 'How unusual the network operator (autonomous system) is for this subject.',
  dimension: 'asn',
  backOff: true,
  noun: 'network operator',
  pseudonymous: false,
  alsoKnownAs: ['Entra unfamiliarFeatures (ASN)'],
  texts: [
    'The internet provider is nothing unusual here.',
    'The internet provider is one that is seldom used here.',
    'The internet provider is not one that you usually use.',
  ],
});
