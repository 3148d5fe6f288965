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
  texts: ['You do not usually open this resource.', 'You usually open this resource.'],
});
