import type { SignalDefinition } from './signal.ts';

/** Whether a person's sign-in looks automated. */
export const suspiciousAgent: SignalDefinition = {
  code: 'suspiciousAgent',
  title: 'Automation',
  description:
    'Whether the agent string names a tool, a library, a headless browser or a bot (1), is not recognised (0.5) or is that of a browser or app (0). Only for people: service accounts and agents are automated by nature. Assistive software leaves no mark that is looked for.',
  unit: 'degree',
  range: [0, 1],
  alsoKnownAs: ['Entra suspiciousBrowser', 'Auth0 bot detection'],
  evaluate({ event, agent }) {
    if (agent === undefined) return { evaluated: false, why: 'the event states no agent' };
    if (event.subject.kind !== 'person')
      return { evaluated: false, why: 'the subject is not a person: automation is usual' };
    return {
      evaluated: true,
      value: agent.automated ? 1 : agent.family === 'other' ? 0.5 : 0,
      observed:
        agent.family === 'other'
          ? 'an agent that is not recognised'
          : agent.os === 'other'
            ? agent.family
            : `${agent.family} on ${agent.os}`,
      usual: 'a browser or an app',
    };
  },
  texts: [
    { below: 0.25, text: 'The sign-in came from an ordinary browser or app.' },
    { below: 0.75, text: 'The sign-in came from a browser or app that is not recognised.' },
    { text: 'The sign-in looks as if a program made it.' },
  ],
};
