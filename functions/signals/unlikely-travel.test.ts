import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { personText } from './signal.ts';
import { BERLIN, contextOf, DAY, HOUR, NOW, PARIS, taught, valueFrom, whyNot } from './testing/context.ts';
import { leastSpeed, unlikelyTravel } from './unlikely-travel.ts';

const home = taught(10);
/** Seen in Berlin a day ago; now, so many hours after that, elsewhere. */
const arriving = (hours: number, network = PARIS, change = {}) =>
  contextOf({ subject: home, network, event: { time: NOW - DAY + hours * HOUR }, ...change });

describe('speed', () => {
  it('is the distance less both radii over the hours between', () => {
    // Berlin to Paris is 877 km; places are kept to a tenth of a degree.
    expect(valueFrom(unlikelyTravel, arriving(2))).toBeCloseTo((877 - 52) / 2, -1);
    expect(valueFrom(unlikelyTravel, arriving(0.5))).toBeCloseTo((877 - 52) / 0.5, -1);
  });

  it('is 0 when the radii meet', () => {
    expect(valueFrom(unlikelyTravel, arriving(1, { ...PARIS, latitude: 52.4, longitude: 13.1 }))).toBe(0);
    expect(
      valueFrom(unlikelyTravel, arriving(1, { ...PARIS, latitude: 52.5, longitude: 12.3 })),
    ).toBeGreaterThan(0);
  });

  it('counts for an event that arrives late as for one in order', () => {
    expect(valueFrom(unlikelyTravel, arriving(-2))).toBeCloseTo(valueFrom(unlikelyTravel, arriving(2)), 6);
  });

  it('is capped at 2,000 km/h, at the same moment too', () => {
    expect(valueFrom(unlikelyTravel, arriving(0.01))).toBe(2_000);
    expect(valueFrom(unlikelyTravel, arriving(0))).toBe(2_000);
  });
});

describe('not evaluable', () => {
  const { latitude: _, ...nowhere } = PARIS;
  it.each([
    ['the location is not known', arriving(2, nowhere)],
    ['the location is coarse', arriving(2, { ...PARIS, radiusKm: 301 })],
    ['the network is the same', arriving(2, { ...PARIS, prefix: BERLIN.prefix })],
    ['no earlier location is known', contextOf({ network: PARIS })],
    [
      'the earlier location is coarse',
      contextOf({ subject: { ...home, place: { ...home.place!, radiusKm: 400 } }, network: PARIS }),
    ],
    ['the event states no network', contextOf({ subject: home, network: undefined as never })],
  ])('%s', (why, context) => {
    expect(whyNot(unlikelyTravel, context)).toBe(why);
  });

  it('but is at the very border of coarse', () => {
    expect(unlikelyTravel.evaluate(arriving(2, { ...PARIS, radiusKm: 300 })).evaluated).toBe(true);
  });
});

describe('muted', () => {
  it.each(['vpn', 'relay', 'satellite', 'mobile', 'hosting', 'tor'] as const)('on a %s network', (cls) => {
    expect(whyNot(unlikelyTravel, arriving(2, { ...PARIS, class: cls }))).toContain('muted');
  });

  it('on a network that many of the organisation use, not on one that few do', () => {
    const tenant = taught(200, { network: PARIS });
    expect(whyNot(unlikelyTravel, arriving(2, PARIS, { tenant }))).toContain('shared');
    const few = {
      ...tenant,
      dimensions: { ...tenant.dimensions, prefix: [{ ...tenant.dimensions.prefix[0]!, weight: 1 }] },
    };
    expect(unlikelyTravel.evaluate(arriving(2, PARIS, { tenant: few })).evaluated).toBe(true);
  });

  it('not by a tenant too young to have shared networks', () => {
    expect(
      unlikelyTravel.evaluate(arriving(2, PARIS, { tenant: taught(50, { network: PARIS }) })).evaluated,
    ).toBe(true);
  });
});

it('is the same both ways, falls with time and with the radii, and never leaves its range', () => {
  const place = fc.record({
    latitude: fc.double({ min: -90, max: 90, noNaN: true }),
    longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    radiusKm: fc.double({ min: 0, max: 300, noNaN: true }),
  });
  fc.assert(
    fc.property(place, place, fc.integer({ min: -1e12, max: 1e12 }), (a, b, elapsed) => {
      const speed = leastSpeed(a, b, elapsed);
      expect(speed).toBeGreaterThanOrEqual(0);
      expect(speed).toBeLessThanOrEqual(2_000);
      expect(leastSpeed(b, a, -elapsed)).toBeCloseTo(speed, 6);
      expect(leastSpeed(a, b, elapsed * 2)).toBeLessThanOrEqual(speed);
      expect(leastSpeed({ ...a, radiusKm: a.radiusKm + 100 }, b, elapsed)).toBeLessThanOrEqual(speed);
    }),
  );
});

describe('each clause of the rule', () => {
  const evaluated = (context: ReturnType<typeof arriving>) => unlikelyTravel.evaluate(context).evaluated;

  it('accuracy radius: a coarser prefix needs more distance for the same speed', () => {
    const fine = valueFrom(unlikelyTravel, arriving(1, { ...PARIS, radiusKm: 10 }));
    const coarse = valueFrom(unlikelyTravel, arriving(1, { ...PARIS, radiusKm: 200 }));
    expect(fine - coarse).toBeCloseTo(190, 0);
  });

  it('coarse: a country-wide location is not evaluated, on either end', () => {
    expect(evaluated(arriving(1, { ...PARIS, radiusKm: 500 }))).toBe(false);
    const place = { ...home.place!, radiusKm: 500 };
    expect(evaluated(arriving(1, PARIS, { subject: { ...home, place } }))).toBe(false);
  });

  it('placeless networks: no place is ever learned from one, so none is travelled from', () => {
    for (const cls of ['vpn', 'relay', 'satellite', 'mobile', 'hosting', 'tor'] as const)
      expect(taught(5, { network: { ...BERLIN, class: cls } }).place, cls).toBeUndefined();
    expect(taught(5).place).toBeDefined();
  });

  it('same address after a change of the geo database: the location moved, not the person', () => {
    const moved = { ...BERLIN, latitude: PARIS.latitude!, longitude: PARIS.longitude!, city: 'Paris' };
    expect(whyNot(unlikelyTravel, arriving(1, moved))).toBe('the network is the same');
    expect(evaluated(arriving(1, { ...moved, prefix: '192.0.3.0/24' }))).toBe(true);
  });

  it('shared egress of the organisation: colleagues come out there, wherever they sit', () => {
    const tenant = taught(200, { network: PARIS });
    expect(evaluated(arriving(1, PARIS, { tenant }))).toBe(false);
    expect(evaluated(arriving(1, PARIS, { tenant: taught(200) }))).toBe(true);
  });

  it('fractional hours: ninety minutes are one and a half, not one and not two', () => {
    const km = valueFrom(unlikelyTravel, arriving(1));
    expect(valueFrom(unlikelyTravel, arriving(1.5))).toBeCloseTo(km / 1.5, 6);
    expect(unlikelyTravel.evaluate(arriving(1.5))).toMatchObject({
      observed: expect.stringContaining('1.5 h'),
    });
  });

  it('words: a train ride is not called impossible, a jump across the world is', () => {
    const said = (hours: number) => personText(unlikelyTravel, valueFrom(unlikelyTravel, arriving(hours)));
    expect(said(0.5)).toMatch(/farther away than people usually can travel/);
    expect(said(1.2)).toMatch(/only a fast journey/);
    expect(said(8)).toMatch(/one can travel there/);
    expect(personText(unlikelyTravel, 0)).toMatch(/within reach/);
  });
});
