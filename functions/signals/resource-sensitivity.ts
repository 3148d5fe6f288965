import type { SignalDefinition } from './signal.ts';
import { MAX_BITS, surpriseOf } from './surprise.ts';

const WEIGHT = { low: 0, medium: 0.5, high: 1 } as const;

/** A sensitive resource that the subject does not usually open. */
export const resourceSensitivity: SignalDefinition = {
  code: 'resourceSensitivity',
  title: 'Sensitivity of the resource',
  description:
    'How sensitive the resource is (low 0, medium 0.5, high 1) times how rare it is for the subject (surprise in bits over 24): who opens the payroll every day is not suspect for it. Not evaluable when the event states no sensitivity, or when nobody has a history to call it rare by; policy is told the sensitivity in any case.',
  unit: 'degree',
  range: [0, 1],
  evaluate(context) {
    const sensitivity = context.event.resource?.sensitivity;
    if (sensitivity === undefined) return { evaluated: false, why: 'the event states no sensitivity' };
    const key = context.observation.keys.resource;
    const bits = key === undefined ? undefined : surpriseOf(context, 'resource', key, true);
    if (bits === undefined) return { evaluated: false, why: 'no history yet' };
    return {
      evaluated: true,
      value: (WEIGHT[sensitivity] * bits) / MAX_BITS,
      observed: `a resource of ${sensitivity} sensitivity, ${bits.toFixed(1)} bits rare`,
      usual: `${context.subject.dimensions.resource.length} resources known`,
    };
  },
  texts: [
    { below: 0.1, text: 'What you asked for is not sensitive, or nothing unusual.' },
    { below: 0.35, text: 'You asked for something sensitive that is not opened every day.' },
    { text: 'You asked for something sensitive that you do not usually open.' },
  ],
};
