import { sessionAtHand, taughtSessions } from './recent-sessions.ts';
import type { SignalDefinition } from './signal.ts';

/** Versions behind that are told apart: about four years of a monthly browser. */
const MAX_BEHIND = 50;

/** An agent older than the one its owner already had. */
export const outdatedAgent: SignalDefinition = {
  code: 'outdatedAgent',
  title: 'Version of the agent',
  description:
    'How many major versions the agent is behind the newest of the same kind in the recent sessions of the subject, at most 50; 0 when it is as new or newer. Software is updated, seldom taken back: an older version is another machine, or an agent string that somebody once copied. Sessions from a device or an operator that never taught are not compared with. Not evaluable when the event states no version, or no recent session was with the same kind of agent.',
  unit: 'versions',
  range: [0, MAX_BEHIND],
  alsoKnownAs: ['Freeman et al. (agent string, browser version)'],
  evaluate({ observation, subject }) {
    const { agent, version, time } = sessionAtHand(observation);
    if (agent === undefined || version === undefined)
      return { evaluated: false, why: 'the event states no version of an agent' };
    let newest: number | undefined;
    for (const known of taughtSessions(subject, time)) {
      if (known.agent !== agent || known.version === undefined) continue;
      newest = Math.max(newest ?? 0, known.version);
    }
    if (newest === undefined)
      return { evaluated: false, why: 'no recent session was with this kind of agent' };
    const behind = Math.min(MAX_BEHIND, Math.max(0, newest - version));
    return {
      evaluated: true,
      value: behind,
      observed: behind === 0 ? `version ${version}` : `version ${version}, ${behind} behind`,
      usual: `version ${newest} or newer`,
      since: subject.first,
    };
  },
  texts: [
    { below: 1, text: 'The version of your browser or app is as new as before.' },
    { below: 3, text: 'The version of your browser or app is a little older than before.' },
    { text: 'The version of your browser or app is much older than the one you used before.' },
  ],
};
