import { noveltySignal } from './novelty.ts';

/** How unusual the country is for this subject. Which country it is never matters. */
export const newCountry = noveltySignal({
  code: 'newCountry',
  title: 'Country',
  meaning: 'How unusual the country is for this subject. Which country it is never matters.',
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
