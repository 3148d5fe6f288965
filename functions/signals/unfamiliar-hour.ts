import { type Baseline, fadedAt, weekDensity } from '../baselines/index.ts';
import type { SignalDefinition } from './signal.ts';
import { historyWeight } from './surprise.ts';

/** How many events' worth of belief the hours of others have against the subject's own. */
const PRIOR = 8;
/** The same for an even week against the hours of others, and from where on those alone can judge a stranger. */
const OTHERS_PRIOR = 30;
/** What anybody does is no rarer than this. */
const RAREST = 1 / 16;
const RANGE = [-5, 6] as const;

/** How unusual the hour of the week is for the subject. */
export const unfamiliarHour: SignalDefinition = {
  code: 'unfamiliarHour',
  title: 'Hour of the week',
  description:
    'How rare this hour of the week is for the subject, in bits against an even week: −log2 of the density of past successes by hour of the day and by day of the week, both smoothed on the circle (23:50 and 00:10 are neighbours, Saturday and Sunday as well), and towards the hours of the role, application or tenant while history is thin. Negative at usual hours. Hours are UTC, so nothing is assumed about where the subject lives. Not evaluable without history, unless one of the others has at least 30 events.',
  unit: 'bits',
  range: RANGE,
  alsoKnownAs: ['Okta Unusual time'],
  evaluate(context) {
    const { event, subject } = context;
    const others = [context.role, context.application, context.tenant].find(
      (one) => one !== undefined && one.events > 0,
    );
    const own = historyWeight(context);
    const theirs = others === undefined ? 0 : others.weight * fadedAt(others, event.time);
    if (own <= 0 && theirs < OTHERS_PRIOR) return { evaluated: false, why: 'no history yet' };
    const prior = others === undefined ? 1 : priorOf(others, theirs, event.time);
    const density = (own * weekDensity(subject, event.time) + PRIOR * prior) / (own + PRIOR);
    const at = new Date(event.time);
    return {
      evaluated: true,
      value: Math.min(RANGE[1], Math.max(RANGE[0], -Math.log2(density))),
      observed: `${DAYS[at.getUTCDay()]}, ${hourOf(at.getUTCHours())}, ${density.toFixed(2)} times as often as in an even week`,
      usual: usualHours(subject),
      ...(subject.events > 0 && { since: subject.first }),
    };
  },
  texts: [
    { below: 0, text: 'This is a usual time for signing in.' },
    { below: 1.5, text: 'This is neither a usual nor an unusual time for signing in.' },
    { below: 3, text: 'This is a less usual time for signing in.' },
    { text: 'This is an unusual time for signing in.' },
  ],
};

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

const hourOf = (hour: number): string => `${String(hour).padStart(2, '0')} h UTC`;

function priorOf(others: Baseline, weight: number, time: number): number {
  return Math.max(RAREST, (weight * weekDensity(others, time) + OTHERS_PRIOR) / (weight + OTHERS_PRIOR));
}

const busiest = (bins: readonly number[]): number => bins.indexOf(Math.max(...bins));

/** The busiest hour and day, in words. */
function usualHours({ events, hours, weekdays }: Baseline): string {
  if (events === 0) return 'not known';
  return `mostly around ${hourOf(busiest(hours))}, most often on ${DAYS[busiest(weekdays)]}`;
}
