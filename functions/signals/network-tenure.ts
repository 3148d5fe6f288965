import { tenureSignal } from './tenure.ts';

/** For how many days the network has been known. */
export const networkTenure = tenureSignal({
  code: 'networkTenure',
  title: 'How long the network is known',
  dimension: 'prefix',
  noun: 'network',
});
