import { described, latestMattering } from './change-recency.ts';
import type { SignalDefinition } from './signal.ts';

/** By how much each change opens the account to somebody else. Ordered by judgement; the model decides what it weighs. */
const WEIGHTS = {
  factor_reset: 1,
  factor_removed: 1,
  recovery_changed: 0.8,
  password_reset: 0.8,
  impersonation_started: 0.6,
  factor_enrolled: 0.5,
  account_unlocked: 0.3,
  password_changed: 0.2,
} as const;
const HALF_LIFE_HOURS = 24;

/** The ways into the account were changed shortly before. */
export const factorReset: SignalDefinition = {
  code: 'factorReset',
  title: 'Factor or password reset before',
  description:
    'How lately the ways into the account were changed, by identity events: a factor reset or removed counts 1, recovery changed or password reset 0.8, an impersonation begun 0.6, a factor enrolled 0.5, an account unlocked 0.3, a password changed by its owner 0.2; halved with every 24 hours since, the largest counts. People do lose their phones: it is a reason to look at what else is new. 0 when no such change is known, which is also the case where the provider reports none. Not evaluable without any record of the subject.',
  unit: 'degree',
  range: [0, 1],
  alsoKnownAs: ['Okta MFA factor reset then sign-in', 'MITRE ATT&CK T1556.006'],
  evaluate(context) {
    if (context.subject.version === 0) return { evaluated: false, why: 'no history yet' };
    const found = latestMattering(context, WEIGHTS, HALF_LIFE_HOURS);
    return {
      evaluated: true,
      value: found?.degree ?? 0,
      observed: found ? described(found) : 'no such change is known',
      usual: 'no change in the days before',
      ...(found && { since: found.change.time }),
    };
  },
  texts: [
    { below: 0.05, text: 'No change of how you sign in is known of late.' },
    { below: 0.5, text: 'Your account, or how you sign in, was changed lately.' },
    { text: 'Your account, or how you sign in, was changed shortly before.' },
  ],
};
