import { noveltySignal } from './novelty.ts';

/** How unusual the application is for this subject. */
export const newApplication = noveltySignal({
  code: 'newApplication',
  title: 'Application',
  meaning: 'How unusual the application is for this subject.',
  dimension: 'application',
  backOff: true,
  noun: 'application',
  pseudonymous: true,
  texts: [
    'This application is nothing unusual here.',
    'This application is one that is seldom used here.',
    'You do not usually use this application.',
  ],
});
