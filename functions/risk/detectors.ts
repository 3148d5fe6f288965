import type { Grade, Signal } from '../signals/index.ts';

/** The detectors of anomalies that a model may hold, in the order of its second output. */
export const DETECTOR_CODES = ['isolation', 'reconstruction', 'sequence'] as const;
export type DetectorCode = (typeof DETECTOR_CODES)[number];

/** A detector inside the model: trained on owners alone, it says how unlike them an event is. */
export interface DetectorDefinition {
  readonly code: DetectorCode;
  readonly title: string;
  /** What it looks at and how. */
  readonly description: string;
  readonly unit: string;
  readonly digits: number;
  /** Sentences that the subject may read, by the value found; see `SignalDefinition.texts`. */
  readonly texts: readonly Grade[];
}

/** The definitions, in the order of {@link DETECTOR_CODES}. */
export const detectors: readonly DetectorDefinition[] = [
  {
    code: 'isolation',
    title: 'Isolation of the signals',
    description:
      'How soon random cuts set the signals of an event apart from those of owners (isolation forest): about 0.5 for the usual, near 1 for what is soon alone. A missing signal counts as the usual one.',
    unit: 'isolation',
    digits: 2,
    texts: [
      { below: 0.5, text: 'Taken together, this sign-in looks like most sign-ins.' },
      { below: 0.6, text: 'Taken together, this sign-in is a little out of the ordinary.' },
      { text: 'Taken together, this sign-in stands out from most sign-ins.' },
    ],
  },
  {
    code: 'reconstruction',
    title: 'Combination of signals',
    description:
      'How badly a small autoencoder that knows owners can say the signals of an event again: the mean squared error, in deviations, over the signals that are known.',
    unit: 'mean squared deviation',
    digits: 2,
    texts: [
      { below: 0.5, text: 'The parts of this sign-in go together as they usually do.' },
      { below: 1, text: 'The parts of this sign-in go together a little unusually.' },
      { text: 'The parts of this sign-in do not usually go together.' },
    ],
  },
  {
    code: 'sequence',
    title: 'Order of recent sign-ins',
    description:
      'How surprising it is that this event has a device, kind of agent, network or operator that none of the latest events of the subject had, given how often those changed and how long ago they were: bits, by a small network over five steps.',
    unit: 'bits',
    digits: 1,
    texts: [
      { below: 1, text: 'This sign-in follows on your latest ones.' },
      { below: 4, text: 'This sign-in differs a little from your latest ones.' },
      { text: 'This sign-in differs from your latest ones.' },
    ],
  },
];

/** What a model's detectors found for one event, in the words of signals. */
export function findingsOf(
  found: readonly { readonly code: string; readonly value: number; readonly usual: number }[],
): Signal[] {
  return found.map(({ code, value, usual }) => {
    const definition = detectors.find((one) => one.code === code);
    if (Number.isNaN(value)) return { code, evaluated: false, why: 'too little is known to compare' };
    const { unit = 'value', digits = 2 } = definition ?? {};
    return {
      code,
      evaluated: true,
      value,
      observed: `${unit} ${value.toFixed(digits)}`,
      usual: `at most ${usual.toFixed(digits)} in 19 of 20 sign-ins of owners`,
    };
  });
}
