import { catalogue } from '../signals/index.ts';

/** What policy is told of each signal, by code: nothing of those that are zero or could not be evaluated. */
export const signalValues = (features: Float32Array): Record<string, number> =>
  Object.fromEntries(
    catalogue.flatMap(({ code }, index) => {
      const value = features[index];
      return value === undefined || Number.isNaN(value) || value === 0 ? [] : [[code, value]];
    }),
  );
