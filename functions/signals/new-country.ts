import { noveltySignal } from './novelty.ts';
import type { SignalDefinition } from './signal.ts';

const novelty = noveltySignal({
  code: 'newCountry',
  title: 'Country',
  meaning:
    'How unusual the country is for this subject. Which country it is never matters. Muted for satellites, whose ground stations often stand in another country than their users; none is learned from them either.',
  dimension: 'country',
  backOff: false,
  noun: 'country',
  pseudonymous: false,
  alsoKnownAs: ['Entra newCountry', 'Okta New Country'],
  texts: [
    'You usually sign in from this country.',
    'You seldom sign in from this country.',
    'This is not a country that you usually sign in from.',
  ],
});

/** How unusual the country is for this subject. Which country it is never matters. */
export const newCountry: SignalDefinition = {
  ...novelty,
  evaluate: (context) =>
    context.network?.class === 'satellite'
      ? { evaluated: false, why: "muted: a satellite's ground station often stands in another country" }
      : novelty.evaluate(context),
};
