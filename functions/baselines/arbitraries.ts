import fc from 'fast-check';
import { CHANGE_KINDS, type Change, DIMENSIONS, type Dimension, type Observation } from './baseline.ts';
import { DAY_MS, HOUR_MS } from './decay.ts';

const DAY_ZERO = Date.UTC(2026, 0, 1);

/** Arbitrary changes of an account, few times so that they collide. */
export const aChange: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom(...CHANGE_KINDS),
  time: fc.integer({ min: 0, max: 40 }).map((hours) => DAY_ZERO + hours * HOUR_MS),
  by: fc.constantFrom('self', 'admin', 'unknown'),
});

/** Arbitrary observations for property tests: few values, many collisions, any order within 200 days. */
export const anObservation: fc.Arbitrary<Observation> = fc
  .record({
    eventKey: fc.stringMatching(/^[A-Za-z0-9_-]{11}$/),
    time: fc.integer({ min: DAY_ZERO, max: DAY_ZERO + 200 * DAY_MS }),
    teaches: fc.boolean(),
    waits: fc.boolean(),
    failed: fc.boolean(),
    factorFailed: fc.boolean(),
    keys: fc.dictionary(
      fc.constantFrom<Dimension>(...DIMENSIONS),
      fc.oneof(fc.stringMatching(/^[a-f]{1,2}$/), fc.string({ minLength: 1, maxLength: 60 })),
    ),
    place: fc.option(
      fc.record({
        latitude: fc.integer({ min: -900, max: 900 }).map((tenths) => tenths / 10),
        longitude: fc.integer({ min: -1800, max: 1800 }).map((tenths) => tenths / 10),
        radiusKm: fc.integer({ min: 1, max: 1000 }),
        prefix: fc.constantFrom('203.0.113.0/24', '2001:db8:1::/48'),
      }),
      { nil: undefined },
    ),
    session: fc.option(fc.stringMatching(/^[a-d]$/), { nil: undefined }),
    minute: fc.option(fc.integer({ min: 0, max: 11 }), { nil: undefined }),
    agentVersion: fc.option(fc.integer({ min: 0, max: 99_999 }), { nil: undefined }),
  })
  .map(({ place, session, minute, agentVersion, ...rest }) => ({
    ...rest,
    ...(place ? { place } : {}),
    ...(session ? { session } : {}),
    ...(minute === undefined ? {} : { minute }),
    ...(agentVersion === undefined ? {} : { agentVersion }),
  }));
