import fc from 'fast-check';
import { expect, it } from 'vitest';
import { greatCircleKm } from './geography.ts';

const point = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});

it.each([
  ['Berlin to Paris', [52.52, 13.405], [48.8566, 2.3522], 877],
  ['across the date line', [0, 179.5], [0, -179.5], 111],
  ['pole to pole', [90, 0], [-90, 0], 20_015],
  ['to itself', [10, 10], [10, 10], 0],
] as const)('%s', (_, [latitude, longitude], [toLatitude, toLongitude], km) => {
  expect(
    greatCircleKm({ latitude, longitude }, { latitude: toLatitude, longitude: toLongitude }),
  ).toBeCloseTo(km, -0.5);
});

it('is a distance: symmetric, bounded by half the Earth, and no detour is shorter', () => {
  fc.assert(
    fc.property(point, point, point, (a, b, c) => {
      const direct = greatCircleKm(a, b);
      expect(direct).toBeCloseTo(greatCircleKm(b, a), 6);
      expect(direct).toBeGreaterThanOrEqual(0);
      expect(direct).toBeLessThanOrEqual(20_016);
      expect(direct).toBeLessThanOrEqual(greatCircleKm(a, c) + greatCircleKm(c, b) + 1e-3);
    }),
  );
});
