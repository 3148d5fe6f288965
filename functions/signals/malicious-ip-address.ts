import type { SignalDefinition } from './signal.ts';

/** The address is on a threat feed. */
export const maliciousIPAddress: SignalDefinition = {
  code: 'maliciousIPAddress',
  title: 'Address on a threat feed',
  description:
    "The confidence of the deployment's threat feed that the address is hostile, by its longest unexpired prefix; 0 when it is not listed. Kinds that only say how a network hides its users (Tor, VPN, relay, hosting) are not hostile for that: they enter the anonymised network instead. Not evaluable without a feed or a network.",
  unit: 'degree',
  range: [0, 1],
  alsoKnownAs: ['Entra maliciousIPAddress', 'Okta Threat insight', 'Auth0 IP reputation'],
  evaluate({ event, threats }) {
    if (event.network === undefined) return { evaluated: false, why: 'the event states no network' };
    if (threats === undefined) return { evaluated: false, why: 'no threat feed is loaded' };
    const { match, version } = threats;
    const listed = match?.kind === 'malicious' ? match : undefined;
    return {
      evaluated: true,
      value: listed?.confidence ?? 0,
      observed: listed
        ? `listed${listed.label === undefined ? '' : ` as ${listed.label}`} in feed ${version}`
        : `not listed in feed ${version}`,
      usual: 'not listed',
    };
  },
  texts: [
    { below: 0.01, text: 'The network is not known for attacks.' },
    { below: 0.5, text: 'The network is suspected of attacks.' },
    { text: 'The network is known for attacks.' },
  ],
};
