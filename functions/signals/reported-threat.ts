import { described, latestMattering } from './change-recency.ts';
import type { SignalDefinition } from './signal.ts';

const HALF_LIFE_HOURS = 72;

/** Somebody said that the account is under attack. */
export const reportedThreat: SignalDefinition = {
  code: 'reportedThreat',
  title: 'Threat reported on the account',
  description:
    "How lately a threat to this account was reported: by its owner, by the provider's own detections (a token used twice, a breached credential, suspicious activity), or by a reviewer who confirmed a compromise; 1, halved with every 72 hours since. 0 when no report is known. Not evaluable without any record of the subject.",
  unit: 'degree',
  range: [0, 1],
  alsoKnownAs: [
    'Entra userReportedSuspiciousActivity',
    'Entra adminConfirmedUserCompromised',
    'Okta Suspicious activity reported',
  ],
  evaluate(context) {
    if (context.subject.version === 0) return { evaluated: false, why: 'no history yet' };
    const found = latestMattering(context, { threat_reported: 1 }, HALF_LIFE_HOURS);
    return {
      evaluated: true,
      value: found?.degree ?? 0,
      observed: found ? described(found) : 'no report is known',
      usual: 'no report',
      ...(found && { since: found.change.time }),
    };
  },
  texts: [
    { below: 0.05, text: 'No threat to your account was reported lately.' },
    { below: 0.5, text: 'A threat to your account was reported lately.' },
    { text: 'A threat to your account was reported shortly before.' },
  ],
};
