import type { NetworkClass, SignalDefinition } from './signal.ts';

/** How far a kind of network hides who is behind it, 0 to 1. Ordered by judgement; the model decides what it weighs. */
const HIDING: Readonly<Record<NetworkClass, number>> = {
  unknown: 0,
  mobile: 0,
  satellite: 0,
  reserved: 0,
  relay: 0.25,
  hosting: 0.5,
  vpn: 0.75,
  tor: 1,
};

/** Whether the address hides who is behind it. */
export const anonymizedIPAddress: SignalDefinition = {
  code: 'anonymizedIPAddress',
  title: 'Anonymised network',
  description:
    "How far the kind of network hides who is behind it, by the committed list of network classes or, where it says more, by the deployment's threat feed: 0 for access networks and those not listed, 0.25 for relays and web gateways, 0.5 for hosting, 0.75 for VPN providers, 1 for Tor. Hosting counts as 0 for service accounts and agents, whose home it is. It says nothing of whether this is usual for the subject: that is the network's novelty.",
  unit: 'degree',
  range: [0, 1],
  alsoKnownAs: ['Entra anonymizedIPAddress', 'Okta Anonymizing proxy'],
  evaluate({ event, network, threats }) {
    if (network === undefined) return { evaluated: false, why: 'the event states no network' };
    if (network.class === 'reserved') return { evaluated: false, why: 'a private or reserved network' };
    const fed = threats?.match?.kind;
    const byFeed = fed === undefined || fed === 'malicious' ? 'unknown' : fed;
    const kind = HIDING[byFeed] > HIDING[network.class] ? byFeed : network.class;
    const atHome = kind === 'hosting' && event.subject.kind !== 'person';
    return {
      evaluated: true,
      value: atHome ? 0 : HIDING[kind],
      observed: kind === 'unknown' ? 'a network on no list' : `a ${kind} network`,
      usual: event.subject.kind === 'person' ? 'an access network' : 'an access or hosting network',
    };
  },
  texts: [
    { below: 0.1, text: 'The network is not known to hide where sign-ins come from.' },
    { below: 0.4, text: 'The network passes on what many people send.' },
    { below: 0.6, text: 'The network is one of servers rather than of homes or telephones.' },
    { text: 'The network hides where the sign-in comes from.' },
  ],
};
