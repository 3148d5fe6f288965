import { tenureSignal } from './tenure.ts';

/** For how many days the device has been known. */
export const deviceTenure = tenureSignal({
  code: 'deviceTenure',
  title: 'How long the device is known',
  dimension: 'device',
  noun: 'device',
});
