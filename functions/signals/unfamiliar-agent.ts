import { noveltySignal } from './novelty.ts';

/** How unusual the kind of browser or client, operating system and device class is for this subject; versions do not count. */
export const unfamiliarAgent = noveltySignal({
  code: 'unfamiliarAgent',
  title: 'Kind of browser or app',
  meaning:
    'How unusual the kind of browser or client, operating system and device class is for this subject; versions do not count.',
  dimension: 'agent',
  backOff: true,
  noun: 'agent',
  pseudonymous: false,
  alsoKnownAs: ['Entra unfamiliarFeatures (browser)'],
  texts: [
    'This kind of browser or app is nothing unusual here.',
    'This kind of browser or app is one that is seldom used here.',
    'This kind of browser or app is not one that you usually use.',
  ],
});
