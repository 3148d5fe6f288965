import { recentAttempts } from './failure-excess.ts';
import type { SignalDefinition } from './signal.ts';

/** Prior: a tenth of five attempts fails. */
const PRIOR_FAILURES = 0.5;
const PRIOR_ATTEMPTS = 5;

/** What share of the attempts from this address failed. */
export const addressFailureRate: SignalDefinition = {
  code: 'addressFailureRate',
  title: 'Failures from this address',
  description:
    'Share of the attempts from this address that failed in the last day or so, whoever made them, smoothed towards one in ten: (f + 0.5) / (a + 5).',
  unit: 'share',
  range: [0, 1],
  alsoKnownAs: ['Auth0 UntrustedIP', 'Okta Suspicious IP'],
  evaluate({ event, network, velocity }) {
    if (network === undefined) return { evaluated: false, why: 'the event states no network' };
    const { attempts, failures } = recentAttempts(velocity.address, event.time);
    return {
      evaluated: true,
      value: (failures + PRIOR_FAILURES) / (attempts + PRIOR_ATTEMPTS),
      observed: `about ${Math.round(failures)} of ${Math.round(attempts)} attempts failed`,
      usual: 'one in ten',
    };
  },
  texts: [
    { below: 0.15, text: 'Sign-ins from the same address are not known to fail often.' },
    { below: 0.4, text: 'Sign-ins from the same address sometimes failed lately.' },
    { text: 'Sign-ins from the same address often failed lately.' },
  ],
};
