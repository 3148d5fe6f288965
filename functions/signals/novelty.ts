import { type Baseline, DAY_MS, type Dimension, entry, total } from '../baselines/index.ts';
import type { SignalDefinition } from './signal.ts';
import { MAX_BITS, surpriseOf } from './surprise.ts';

/** What one novelty signal has of its own. */
export interface NoveltyOptions {
  readonly code: string;
  readonly title: string;
  /** What it means; how it is computed is added to it. */
  readonly meaning: string;
  readonly dimension: Dimension;
  /** Whether what is usual for the subject's role, application and tenant counts when history is thin. */
  readonly backOff: boolean;
  /** The thing in words: `device`. */
  readonly noun: string;
  /** True when the keys are pseudonyms, which say nothing to a reader. */
  readonly pseudonymous: boolean;
  readonly alsoKnownAs?: readonly string[];
  /** What the subject may read: of what is used often, now and then, and hardly ever. */
  readonly texts: readonly [usual: string, seldom: string, unusual: string];
}

/** More often than once in eight counts as usual, than once in 128 as seldom, in words. */
const USUAL_BITS = 3;
const SELDOM_BITS = 7;

const COMPUTED =
  'The value is its surprise in bits, −log2 of the smoothed share among what this subject uses';

/**
 * Makes the signal that says how unusual one property is for its subject.
 *
 * @example
 * ```ts
 * export const newDevice = noveltySignal({ code: 'newDevice', dimension: 'device', … });
 * ```
 */
export function noveltySignal(options: NoveltyOptions): SignalDefinition {
  const { dimension, backOff, noun } = options;
  const backing = backOff
    ? '; with thin history it backs off to the role, the application, the tenant and the population; for a subject without any, one of the others must have at least 30 events.'
    : '; the same for every value that is new, whichever it is.';
  const aNoun = `${'aeiou'.includes(noun[0]!) ? 'an' : 'a'} ${noun}`;
  return {
    code: options.code,
    title: options.title,
    description: `${options.meaning} ${COMPUTED}${backing} Not evaluable when the event does not state it or there is no history.`,
    unit: 'bits',
    range: [0, MAX_BITS],
    ...(options.alsoKnownAs && { alsoKnownAs: options.alsoKnownAs }),
    evaluate(context) {
      const key = context.observation.keys[dimension];
      if (key === undefined) return { evaluated: false, why: `the event states no ${noun}` };
      const bits = surpriseOf(context, dimension, key, backOff);
      if (bits === undefined) return { evaluated: false, why: 'no history yet' };
      const known = entry(context.subject, dimension, key);
      const name = options.pseudonymous ? aNoun : key;
      return {
        evaluated: true,
        value: bits,
        observed: known
          ? `${name} known from ${known.days} ${known.days === 1 ? 'day' : 'days'}`
          : `${name} not seen before`,
        usual: usualOf(context.subject, dimension, noun, options.pseudonymous),
        ...sinceOf(known?.firstDay, context.subject),
      };
    },
    texts: [
      { below: USUAL_BITS, text: options.texts[0] },
      { below: SELDOM_BITS, text: options.texts[1] },
      { text: options.texts[2] },
    ],
  };
}

/** When the value was first learned, or, for a new one, since when the others have been known. */
function sinceOf(firstDay: number | undefined, subject: Baseline): { since?: number } {
  if (firstDay !== undefined) return { since: firstDay * DAY_MS };
  return subject.events > 0 ? { since: subject.first } : {};
}

function usualOf(subject: Baseline, dimension: Dimension, noun: string, pseudonymous: boolean): string {
  const entries = subject.dimensions[dimension];
  if (entries.length === 0) return `no ${noun} known`;
  if (pseudonymous) return `${entries.length} known`;
  const all = total(subject, dimension);
  let text = '';
  for (let index = 0; index < entries.length && index < 3; index++) {
    const { key, weight } = entries[index]!;
    text += `${index === 0 ? '' : ', '}${key} ${all > 0 ? Math.round((100 * weight) / all) : 0} %`;
  }
  return entries.length > 3 ? `${text} and ${entries.length - 3} more` : text;
}
