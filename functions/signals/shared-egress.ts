import type { SignalDefinition } from './signal.ts';

const MAX_SUBJECTS = 1_000;

/** How many others sign in from this network: an office, a campus, a gateway. */
export const sharedEgress: SignalDefinition = {
  code: 'sharedEgress',
  title: 'Others who use this network',
  description:
    "How many different subjects of the tenant succeeded from this prefix today or yesterday, at most 1,000: an office or a campus is trusted ground even for who is new there, and a stranger's network is not.",
  unit: 'subjects',
  range: [0, MAX_SUBJECTS],
  evaluate({ network, velocity }) {
    if (network === undefined) return { evaluated: false, why: 'the event states no network' };
    if (network.class === 'reserved') return { evaluated: false, why: 'a private or reserved network' };
    const count = Math.max(0, velocity.prefix?.succeededSubjects ?? 0);
    return {
      evaluated: true,
      value: Math.min(MAX_SUBJECTS, count),
      observed: `${Math.round(count)} subjects succeeded from this prefix`,
      usual: 'varies by organisation',
    };
  },
  texts: [
    { below: 1, text: 'No others of your organisation are known to use this network.' },
    { below: 5, text: 'Few others of your organisation use this network.' },
    { text: 'Others of your organisation use this network.' },
  ],
};
