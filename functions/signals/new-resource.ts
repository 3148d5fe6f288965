import { noveltySignal } from './novelty.ts';

/** How unusual the resource is for this subject. */
export const newResource = noveltySignal({
  code: 'newResource',
  title: 'Resource',
  meaning: 'How unusual the resource is for this subject.',
  dimension: 'resource',
  backOff: true,
  noun: 'resource',
  pseudonymous: true,
  texts: [
    'This resource is nothing unusual here.',
    'This resource is one that is seldom opened here.',
    'You do not usually open this resource.',
  ],
});
