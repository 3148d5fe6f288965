import { hourDensity } from '../baselines/index.ts';
import type { SignalDefinition } from './signal.ts';
import { historyWeight } from './surprise.ts';

/** How many events' worth of belief the hours of others have against the subject's own. */
const PRIOR = 8;
const RANGE = [-5, 6] as const;

/** How unusual the hour of the day is for the subject. */
export const unfamiliarHour: SignalDefinition = {
  code: 'unfamiliarHour',
  title: 'Hour of the day',
  description:
    'How rare this hour of the day is for the subject, in bits against an even day: −log2 of the density of past successes, smoothed on the circle (23:50 and 00:10 are neighbours) and towards the hours of the role, application or tenant while history is thin. Negative at usual hours. Hours are UTC, so nothing is assumed about where the subject lives.',
  unit: 'bits',
  range: RANGE,
  alsoKnownAs: ['Okta Unusual time'],
  evaluate(context) {
    const { event, subject } = context;
    const others = context.role ?? context.application ?? context.tenant;
    const own = historyWeight(context);
    if (own <= 0 && others === undefined) return { evaluated: false, why: 'no history yet' };
    const prior = others === undefined ? 1 : Math.max(hourDensity(others, event.time), 1 / 16);
    const density = (own * hourDensity(subject, event.time) + PRIOR * prior) / (own + PRIOR);
    return {
      evaluated: true,
      value: Math.min(RANGE[1], Math.max(RANGE[0], -Math.log2(density))),
      observed: `${String(new Date(event.time).getUTCHours()).padStart(2, '0')} h UTC, ${density.toFixed(2)} times as often as an even day`,
      usual: usualHours(subject.hours),
      ...(subject.events > 0 && { since: subject.first }),
    };
  },
  text: (raises) =>
    raises ? 'You do not usually sign in at this time of day.' : 'You usually sign in at this time of day.',
};

/** The busiest hours, in words. */
function usualHours(hours: readonly number[]): string {
  let busiest = 0;
  for (let hour = 1; hour < hours.length; hour++) if (hours[hour]! > hours[busiest]!) busiest = hour;
  return (hours[busiest] ?? 0) > 0 ? `mostly around ${String(busiest).padStart(2, '0')} h UTC` : 'not known';
}
