import type { SignalDefinition } from './signal.ts';

/** Whether this attempt failed. */
export const failedAttempt: SignalDefinition = {
  code: 'failedAttempt',
  title: 'Outcome of the attempt',
  description:
    'Whether this very attempt failed (1) or not (0); a challenge whose answer is not known yet counts as not failed. Who fails is more often not the owner, if only slightly: people mistype.',
  unit: '0 or 1',
  range: [0, 1],
  evaluate({ event }) {
    return {
      evaluated: true,
      value: event.outcome === 'failure' ? 1 : 0,
      observed:
        event.failureReason === undefined ? event.outcome : `${event.outcome}: ${event.failureReason}`,
      usual: 'success',
    };
  },
  texts: [{ below: 0.5, text: 'The attempt did not fail.' }, { text: 'The attempt failed.' }],
};
