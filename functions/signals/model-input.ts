import { catalogue, featureVector } from './catalogue.ts';
import { type RecentInput, recentEvents, recentInputs } from './recent-events.ts';
import type { Signal, SignalContext } from './signal.ts';

/** Everything that a model is given, in order: the signals, then the subject's recent events. A model's schema. */
export const modelInputs: readonly RecentInput[] = [...catalogue, ...recentInputs];

/**
 * What a model is given for one event: a float for each of {@link modelInputs}, NaN where nothing is known.
 *
 * @param signals what `evaluateSignals` returned for the context
 */
export function modelInput(signals: readonly Signal[], context: SignalContext): Float32Array {
  const input = new Float32Array(modelInputs.length);
  input.set(featureVector(signals));
  input.set(recentEvents(context), signals.length);
  return input;
}
