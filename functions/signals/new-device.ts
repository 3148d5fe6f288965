import { noveltySignal } from './novelty.ts';

/** How unusual the device is for this subject. */
export const newDevice = noveltySignal({
  code: 'newDevice',
  title: 'Device',
  meaning: 'How unusual the device is for this subject.',
  dimension: 'device',
  backOff: false,
  noun: 'device',
  pseudonymous: true,
  alsoKnownAs: ['Entra unfamiliarFeatures (device)', 'Auth0 NewDevice'],
  texts: [
    'You usually use this device.',
    'You seldom use this device.',
    'This device is not one that you usually use.',
  ],
});
