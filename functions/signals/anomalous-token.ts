import { sessionOf } from '../baselines/index.ts';
import type { SignalDefinition } from './signal.ts';

/** What a change of each within a session says. A browser does not turn into another; a telephone does roam. */
const WEIGHTS = { agent: 0.6, device: 0.6, asn: 0.3, prefix: 0.1 } as const;
const NAMES = {
  agent: 'kind of agent',
  device: 'device',
  asn: 'network operator',
  prefix: 'network',
} as const;
const PROPERTIES = ['agent', 'device', 'asn', 'prefix'] as const;

/** A session goes on as somebody else's: the mark of a stolen token. */
export const anomalousToken: SignalDefinition = {
  code: 'anomalousToken',
  title: 'Session that changed',
  description:
    'How much a session differs from what it looked like when it began, or when it was last cleared: a change of the kind of agent or of the device counts 0.6, of the autonomous system 0.3, of the network 0.1, together at most 1. Not evaluable for the first event of a session, or when the session is not among the six latest of the subject.',
  unit: 'degree',
  range: [0, 1],
  alsoKnownAs: ['Entra anomalousToken', 'Okta Session roaming', 'MITRE ATT&CK T1539 (stolen session)'],
  evaluate({ observation, subject }) {
    const now = sessionOf(observation);
    if (now === undefined) return { evaluated: false, why: 'the event states no session' };
    const known = subject.sessions.find(({ key }) => key === now.key);
    if (known === undefined) return { evaluated: false, why: 'the session is new' };
    let value = 0;
    let compared = 0;
    const changed: string[] = [];
    for (const property of PROPERTIES) {
      const [was, is] = [known[property], now[property]];
      if (was === undefined || is === undefined) continue;
      compared++;
      if (was === is) continue;
      value += WEIGHTS[property];
      changed.push(NAMES[property]);
    }
    if (compared === 0) return { evaluated: false, why: 'nothing of the session can be compared' };
    return {
      evaluated: true,
      value: Math.min(1, value),
      observed: changed.length === 0 ? 'as when the session began' : `changed: ${changed.join(', ')}`,
      usual: 'as when the session began',
      since: known.time,
    };
  },
  texts: [
    { below: 0.05, text: 'Your session goes on as it began.' },
    { below: 0.5, text: 'Your session went on from another network than it began with.' },
    { text: 'Your session went on from another browser or device than it began with.' },
  ],
};
