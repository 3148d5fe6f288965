import type { SignalDefinition } from './signal.ts';
import { historyWeight } from './surprise.ts';

/** How many events' worth of belief an even hour has against the account's own timetable. */
const PRIOR = 8;
const BINS = 12;
const RANGE = [-4, 6] as const;

/** How unusual the minute of the hour is for a program. */
export const serviceAccountSchedule: SignalDefinition = {
  code: 'serviceAccountSchedule',
  title: "Minute of a program's timetable",
  description:
    'For service accounts, agents and devices: how rare these five minutes of the hour are among their past successes, in bits against an even hour: −log2 of the density, smoothed with the five minutes before and after on the circle, and towards an even hour while history is thin. A program that runs at seventeen past is negative then, and a person with its key hardly ever is. The hour of the day is another signal. Not evaluable for people or without history.',
  unit: 'bits',
  range: RANGE,
  evaluate(context) {
    const { event, observation, subject } = context;
    if (event.subject.kind === 'person' || observation.minute === undefined)
      return { evaluated: false, why: 'the subject is a person' };
    const { minutes } = subject;
    const mass = minutes.reduce((sum, value) => sum + value, 0);
    if (mass <= 0) return { evaluated: false, why: 'no history yet' };
    const at = (bin: number) => minutes[(bin + BINS) % BINS]!;
    const bin = observation.minute;
    const smoothed = (at(bin - 1) + 2 * at(bin) + at(bin + 1)) / 4;
    const own = historyWeight(context);
    const density = (own * BINS * (smoothed / mass) + PRIOR) / (own + PRIOR);
    return {
      evaluated: true,
      value: Math.min(RANGE[1], Math.max(RANGE[0], -Math.log2(density))),
      observed: `minutes ${bin * 5} to ${bin * 5 + 4} of the hour, ${density.toFixed(2)} times as often as an even hour`,
      usual: `mostly from minute ${5 * minutes.indexOf(Math.max(...minutes))}`,
      since: subject.first,
    };
  },
  texts: [
    { below: 0, text: 'This program usually runs at this minute.' },
    { below: 2, text: 'This program runs at this minute as at many others.' },
    { text: 'This program does not usually run at this minute.' },
  ],
};
