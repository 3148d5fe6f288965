import type { SignalDefinition } from './signal.ts';

/** A check that a live person is there, supplied by the application. */
export const liveness: SignalDefinition = {
  code: 'liveness',
  title: 'Liveness check',
  description:
    'The weakest score of the liveness evidence that the application brought, 0 to 1. Not evaluable when it brought none: nobody owes such a check.',
  unit: 'degree',
  range: [0, 1],
  evaluate({ event }) {
    let value: number | undefined;
    for (const { type, score } of event.evidence)
      if (type === 'liveness' && score !== undefined) value = Math.min(value ?? 1, score);
    if (value === undefined) return { evaluated: false, why: 'no such evidence was supplied' };
    const bounded = Math.max(0, value);
    return { evaluated: true, value: bounded, observed: `liveness ${bounded.toFixed(2)}`, usual: 'near 1' };
  },
  texts: [
    { below: 0.5, text: 'The check that a live person is there was not convincing.' },
    { below: 0.8, text: 'The check that a live person is there was fairly convincing.' },
    { text: 'A check showed that a live person is there.' },
  ],
};
