import { describe, expect, it } from 'vitest';
import { anonymizedIPAddress } from './anonymized-ip-address.ts';
import { implausibleRoundTrip } from './implausible-round-trip.ts';
import { maliciousIPAddress } from './malicious-ip-address.ts';
import { BERLIN, contextOf, PARIS, valueFrom, whyNot } from './testing/context.ts';

const SYDNEY = { latitude: -33.87, longitude: 151.21 };
const measured = (roundTripMs: number) => ({ network: { ip: '192.0.2.7', roundTripMs } });

describe('a round trip', () => {
  it('that is shorter than light allows tells by how much', () => {
    // Berlin to Sydney is about 16,090 km: no answer within 160 ms.
    const value = valueFrom(implausibleRoundTrip, contextOf({ servers: [SYDNEY], event: measured(20) }));
    expect(value).toBeGreaterThan(138);
    expect(value).toBeLessThan(143);
  });

  it('that light allows is nothing, however long', () => {
    expect(valueFrom(implausibleRoundTrip, contextOf({ servers: [SYDNEY], event: measured(165) }))).toBe(0);
    expect(
      valueFrom(implausibleRoundTrip, contextOf({ servers: [PARIS as never], event: measured(9_000) })),
    ).toBe(0);
  });

  it('is held against the nearest of several places of the service', () => {
    const berlin = { latitude: 52.5, longitude: 13.4 };
    const both = { servers: [SYDNEY, berlin], event: measured(20) };
    expect(valueFrom(implausibleRoundTrip, contextOf(both))).toBe(0);
    expect(valueFrom(implausibleRoundTrip, contextOf({ ...both, servers: [SYDNEY] }))).toBeGreaterThan(100);
  });

  it('gives the location the benefit of its radius', () => {
    const network = { ...BERLIN, radiusKm: 1_000 };
    const here = { latitude: 52.52, longitude: 26.5 };
    expect(valueFrom(implausibleRoundTrip, contextOf({ servers: [here], network, event: measured(1) }))).toBe(
      0,
    );
  });

  it('is not evaluated without a measurement, a place of the service, or a true place of the address', () => {
    const context = { servers: [SYDNEY], event: measured(1) };
    expect(whyNot(implausibleRoundTrip, contextOf({ servers: [SYDNEY] }))).toMatch('no round-trip time');
    expect(whyNot(implausibleRoundTrip, contextOf({ event: measured(1) }))).toMatch('not configured');
    for (const cls of ['relay', 'satellite', 'reserved'] as const)
      expect(
        whyNot(implausibleRoundTrip, contextOf({ ...context, network: { ...BERLIN, class: cls } })),
      ).toMatch('muted');
    const vpn = { ...BERLIN, class: 'vpn' as const };
    expect(valueFrom(implausibleRoundTrip, contextOf({ ...context, network: vpn }))).toBeGreaterThan(100);
  });
});

describe('a threat feed', () => {
  const listed = (kind: 'malicious' | 'tor' | 'relay', confidence = 0.8) => ({
    threats: { version: '7', match: { kind, confidence } },
  });

  it('gives its confidence where it lists the address as hostile, and nothing where it does not', () => {
    expect(valueFrom(maliciousIPAddress, contextOf(listed('malicious')))).toBe(0.8);
    expect(valueFrom(maliciousIPAddress, contextOf({ threats: { version: '7' } }))).toBe(0);
    expect(valueFrom(maliciousIPAddress, contextOf(listed('tor')))).toBe(0);
    expect(whyNot(maliciousIPAddress, contextOf())).toBe('no threat feed is loaded');
    const { network: _, ...bare } = contextOf(listed('malicious')).event;
    expect(maliciousIPAddress.evaluate({ ...contextOf(listed('malicious')), event: bare }).evaluated).toBe(
      false,
    );
  });

  it('names the version of the feed, and never the address', () => {
    const evaluation = maliciousIPAddress.evaluate(contextOf(listed('malicious')));
    expect(JSON.stringify(evaluation)).toContain('feed 7');
    expect(JSON.stringify(evaluation)).not.toContain('192.0.2');
  });

  it('tells what hides better than the committed list does, and not worse', () => {
    expect(valueFrom(anonymizedIPAddress, contextOf(listed('tor')))).toBe(1);
    expect(valueFrom(anonymizedIPAddress, contextOf(listed('malicious')))).toBe(0);
    const vpn = { network: { ...BERLIN, class: 'vpn' as const } };
    expect(valueFrom(anonymizedIPAddress, contextOf({ ...vpn, ...listed('relay') }))).toBe(0.75);
  });
});
