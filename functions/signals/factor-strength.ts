import { STRONGEST, strengthOf, strongest } from './factor-order.ts';
import type { SignalDefinition } from './signal.ts';

/** How hard the strongest factor used is to take over from afar. */
export const factorStrength: SignalDefinition = {
  code: 'factorStrength',
  title: 'Strength of the sign-in method',
  description:
    'Strength of the strongest factor that the event states, 0 to 5, ordered after the authenticator classes of NIST SP 800-63B: 1 a password or another secret, 2 codes by mail, text or call, 3 one-time codes, push and federation, 4 a local biometric, 5 passkeys, security keys and certificates. A strong factor is trust. Not evaluable when no factor is stated.',
  unit: 'ordinal',
  range: [0, STRONGEST],
  alsoKnownAs: ['weakFactor', 'strongFactor'],
  evaluate({ event }) {
    const factor = strongest(event.factors);
    if (factor === undefined) return { evaluated: false, why: 'the event states no factor' };
    return {
      evaluated: true,
      value: strengthOf(factor),
      observed: factor,
      usual: 'a second factor or a passkey',
    };
  },
  texts: [
    { below: 2, text: 'The sign-in method is one that can be stolen.' },
    { below: 4, text: 'The sign-in method is harder to steal than a password.' },
    { text: 'The sign-in method is hard to steal.' },
  ],
};
