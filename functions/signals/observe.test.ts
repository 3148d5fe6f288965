import { describe, expect, it } from 'vitest';
import { parseAgent } from './agent.ts';
import { observe } from './observe.ts';
import { BERLIN, CHROME, eventOf, pseudonym } from './testing/context.ts';

const options = { network: BERLIN, agent: parseAgent(CHROME), pseudonym, teaches: true };

describe('an observation', () => {
  it('holds a key for each dimension that the event states', () => {
    const { keys } = observe(eventOf({ resource: { id: 'payroll' } }), options);
    expect(keys).toEqual({
      device: pseudonym('device', 'd-1').slice(0, 11),
      prefix: '192.0.2.0/24',
      asn: 'AS64500',
      country: 'DE',
      agent: 'Chrome|Windows|desktop',
      application: pseudonym('application', 'backoffice').slice(0, 11),
      resource: pseudonym('resource', 'payroll').slice(0, 11),
      factor: 'totp',
    });
  });

  it('states nothing that the event does not', () => {
    const { agent: _, application: __, ...bare } = eventOf({ factors: [] });
    const seen = observe(bare, { pseudonym, teaches: false });
    expect(seen.keys).toEqual({});
    expect(seen).not.toHaveProperty('place');
    expect(seen.teaches).toBe(false);
  });

  it('keeps no identifier, address, agent string or session in the clear', () => {
    const keyed = (kind: string, value: string) => `${kind}${value}`.replace(/./g, 'x').padEnd(16, 'x');
    const event = eventOf({ session: { id: 's-secret' }, resource: { id: 'payroll' } });
    const text = JSON.stringify(observe(event, { ...options, pseudonym: keyed }));
    for (const secret of [
      'u-1',
      'd-1',
      'e-1',
      '192.0.2.7',
      'Mozilla',
      's-secret',
      'payroll',
      'backoffice',
      'Berlin',
    ])
      expect(text).not.toContain(secret);
  });

  it('rounds the place to a tenth of a degree', () => {
    const network = { ...BERLIN, latitude: 52.5163, longitude: -0.0912 };
    expect(observe(eventOf(), { ...options, network }).place).toEqual({
      latitude: 52.5,
      longitude: -0.1,
      radiusKm: 26,
      prefix: '192.0.2.0/24',
    });
  });

  it.each(['vpn', 'relay', 'tor', 'hosting', 'mobile', 'satellite'] as const)(
    'learns no place from a %s network',
    (cls) => {
      expect(observe(eventOf(), { ...options, network: { ...BERLIN, class: cls } })).not.toHaveProperty(
        'place',
      );
    },
  );
});

describe('the country', () => {
  it.each(['vpn', 'relay', 'tor', 'hosting', 'mobile'] as const)('is learned from a %s network', (cls) => {
    const { keys } = observe(eventOf(), { ...options, network: { ...BERLIN, class: cls } });
    expect(keys.country).toBe('DE');
  });

  it('is not learned from a satellite, whose ground station often stands abroad', () => {
    const { keys } = observe(eventOf(), { ...options, network: { ...BERLIN, class: 'satellite' } });
    expect(keys).not.toHaveProperty('country');
    expect(keys.prefix).toBe(BERLIN.prefix);
  });
});

describe('failures of the second factor', () => {
  it.each([
    [{ outcome: 'failure', failureReason: 'second_factor_denied' }, true],
    [{ outcome: 'failure', failureReason: 'second_factor_failed' }, true],
    [{ outcome: 'failure', action: 'second_factor' }, true],
    [{ outcome: 'failure', action: 'second_factor', failureReason: 'locked' }, false],
    [{ outcome: 'failure', failureReason: 'bad_credentials' }, false],
    [{ outcome: 'success', action: 'second_factor' }, false],
  ] as const)('%o: %s', (change, failed) => {
    expect(observe(eventOf(change), options).factorFailed).toBe(failed);
  });
});
