import { described, latestMattering } from './change-recency.ts';
import type { SignalDefinition } from './signal.ts';

const WEIGHTS = { privilege_granted: 1, impersonation_started: 1, key_created: 0.5 } as const;
const HALF_LIFE_HOURS = 48;
/** What the new privilege is used for; without a stated sensitivity it is merely a sign-in. */
const USE = { high: 1, medium: 0.6, low: 0.3 } as const;
const MERE_SIGN_IN = 0.3;

/** A privilege was granted, and is used. */
export const newPrivilege: SignalDefinition = {
  code: 'newPrivilege',
  title: 'New privilege in use',
  description:
    'How lately the account was given power, by identity events (a privilege granted or an impersonation begun counts 1, a key created 0.5, halved with every 48 hours since), times what it is used for now: a resource of high sensitivity 1, of medium 0.6, anything else 0.3. 0 when no such change is known. Not evaluable without any record of the subject, or for an attempt that did not succeed.',
  unit: 'degree',
  range: [0, 1],
  alsoKnownAs: ['MITRE ATT&CK T1098 (account manipulation)'],
  evaluate(context) {
    const { event, subject } = context;
    if (event.outcome !== 'success') return { evaluated: false, why: 'the attempt did not succeed' };
    if (subject.version === 0) return { evaluated: false, why: 'no history yet' };
    const found = latestMattering(context, WEIGHTS, HALF_LIFE_HOURS);
    const sensitivity = event.resource?.sensitivity;
    return {
      evaluated: true,
      value: (found?.degree ?? 0) * (sensitivity === undefined ? MERE_SIGN_IN : USE[sensitivity]),
      observed: found
        ? `${described(found)}; now ${sensitivity ? `a resource of ${sensitivity} sensitivity` : 'a sign-in'}`
        : 'no such change is known',
      usual: 'privileges that are older',
      ...(found && { since: found.change.time }),
    };
  },
  texts: [
    { below: 0.02, text: 'No new rights of your account are known of late.' },
    { below: 0.4, text: 'Your account was given new rights lately.' },
    { text: 'Your account was given new rights shortly before.' },
  ],
};
