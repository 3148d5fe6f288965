import { noveltySignal } from './novelty.ts';

/** How unusual the strongest authentication factor of the event is for this subject. */
export const newFactor = noveltySignal({
  code: 'newFactor',
  title: 'Sign-in method',
  meaning: 'How unusual the strongest authentication factor of the event is for this subject.',
  dimension: 'factor',
  backOff: true,
  noun: 'factor',
  pseudonymous: false,
  texts: [
    'This sign-in method is nothing unusual here.',
    'This sign-in method is one that is seldom used here.',
    'This sign-in method is not one that you usually use.',
  ],
});
