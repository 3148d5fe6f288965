import { describe, expect, it } from 'vitest';
import { emptyBaseline, learn } from '../baselines/index.ts';
import { newApplication } from './new-application.ts';
import { newASN } from './new-asn.ts';
import { newCountry } from './new-country.ts';
import { newDevice } from './new-device.ts';
import { newFactor } from './new-factor.ts';
import { newNetwork } from './new-network.ts';
import { newResource } from './new-resource.ts';
import { BERLIN, contextOf, DAY, NOW, PARIS, taught, valueFrom, whyNot } from './testing/context.ts';
import { unfamiliarAgent } from './unfamiliar-agent.ts';

const known = taught(30, { event: { resource: { id: 'payroll' } } });

describe.each([
  [newDevice, { event: { agent: { deviceId: 'd-2' } } }],
  [newNetwork, { network: { ...BERLIN, prefix: '192.0.3.0/24' } }],
  [newASN, { network: { ...BERLIN, asn: 'AS64999' } }],
  [newCountry, { network: { ...BERLIN, country: 'FR' } }],
  [unfamiliarAgent, { event: { agent: { userAgent: 'curl/8.7.1' } } }],
  [newApplication, { event: { application: { id: 'other' } } }],
  [newResource, { event: { resource: { id: 'other' } } }],
  [newFactor, { event: { factors: ['sms'] as const } }],
])('$code', (signal, changed) => {
  const usual = contextOf({ subject: known, event: { resource: { id: 'payroll' } } });
  const unusual = contextOf({ subject: known, ...changed });

  it('finds what is used every day unsurprising', () => {
    expect(valueFrom(signal, usual)).toBeLessThan(0.2);
  });

  it('finds a new value surprising', () => {
    expect(valueFrom(signal, unusual)).toBeGreaterThan(10);
    expect(signal.evaluate(unusual)).toMatchObject({ observed: expect.stringContaining('not seen before') });
  });

  it('is more surprised the longer the history', () => {
    const short = { ...unusual, subject: taught(3, { event: { resource: { id: 'payroll' } } }) };
    expect(valueFrom(signal, short)).toBeLessThan(valueFrom(signal, unusual));
  });

  it('cannot be evaluated for a stranger whom nothing is known about', () => {
    expect(whyNot(signal, { ...unusual, subject: emptyBaseline() })).toBe('no history yet');
  });
});

describe('what the event does not state', () => {
  it('is not guessed', () => {
    const { network: _, ...bare } = contextOf({ subject: known });
    expect(whyNot(newCountry, { ...bare, observation: { ...bare.observation, keys: {} } })).toBe(
      'the event states no country',
    );
  });
});

describe('the country behind a satellite', () => {
  const abroad = { ...BERLIN, country: 'FR' };

  it('is muted, and the same of another network is not', () => {
    const at = (cls: 'satellite' | 'mobile') =>
      contextOf({ subject: known, network: { ...abroad, class: cls } });
    expect(whyNot(newCountry, at('satellite'))).toMatch(/^muted: a satellite/);
    expect(valueFrom(newCountry, at('mobile'))).toBeGreaterThan(10);
  });

  it('makes no other country a new one', () => {
    const subject = taught(30, { network: { ...abroad, class: 'satellite' } });
    expect(whyNot(newCountry, contextOf({ subject, network: BERLIN }))).toBe('no history yet');
  });
});

describe('backing off to others', () => {
  const office = taught(60, { network: PARIS });
  const stranger = contextOf({ subject: taught(3), network: PARIS });

  it('finds a network that colleagues use less surprising', () => {
    expect(valueFrom(newNetwork, { ...stranger, role: office })).toBeLessThan(
      valueFrom(newNetwork, stranger) - 5,
    );
  });

  it('judges a stranger by the colleagues', () => {
    const first = { ...stranger, subject: emptyBaseline(), tenant: office };
    expect(valueFrom(newNetwork, first)).toBeLessThan(2);
  });

  it('does not judge a stranger by a handful of events: that a value is new among three is no surprise', () => {
    const first = { ...stranger, subject: emptyBaseline() };
    for (const signal of [newNetwork, newASN, unfamiliarAgent, newApplication, newFactor])
      expect(whyNot(signal, { ...first, role: taught(3), application: taught(3), tenant: taught(3) })).toBe(
        'no history yet',
      );
  });

  it('goes from the role over the application and the tenant to the population', () => {
    const two = taught(2, { event: { agent: { userAgent: 'curl/8.7.1' } } });
    const others = { role: emptyBaseline(), application: emptyBaseline(), tenant: emptyBaseline() };
    const value = (change: object) =>
      valueFrom(unfamiliarAgent, contextOf({ subject: two, ...others, ...change }));
    const strange = { event: { agent: { userAgent: 'Links (2.29; Linux)' } } };
    // Chrome on Windows is what many people use; of the other nobody knows anything.
    expect(value({})).toBeLessThan(value(strange) - 4);
    expect(value({ ...strange, tenant: taught(60, strange) })).toBeLessThan(value(strange) - 4);
    expect(value({ ...strange, application: taught(60, strange) })).toBeLessThan(value(strange) - 4);
    expect(value({ ...strange, role: taught(60, strange) })).toBeLessThan(value(strange) - 4);
  });

  it('never applies to devices and countries', () => {
    for (const signal of [newDevice, newCountry])
      expect(valueFrom(signal, { ...stranger, role: office, tenant: office })).toBe(
        valueFrom(signal, stranger),
      );
  });

  it('does not make the unseen rarer without bound in a large organisation', () => {
    const large = taught(400);
    const others = contextOf({
      subject: taught(3),
      network: PARIS,
      role: large,
      application: large,
      tenant: large,
    });
    expect(valueFrom(newNetwork, others)).toBeLessThan(15);
  });
});

describe('time', () => {
  it('weakens old habits but keeps their proportions', () => {
    const later = contextOf({ subject: known, event: { time: NOW + 400 * DAY } });
    const value = valueFrom(newDevice, later);
    expect(value).toBeGreaterThan(valueFrom(newDevice, contextOf({ subject: known })));
    expect(value).toBeLessThan(
      valueFrom(newDevice, contextOf({ subject: known, event: { agent: { deviceId: 'd-2' } } })),
    );
  });

  it('says since when a value has been known', () => {
    const first = Math.floor((NOW - 30 * DAY) / DAY) * DAY;
    expect(newDevice.evaluate(contextOf({ subject: known }))).toMatchObject({
      since: first,
      usual: '1 known',
    });
  });
});

describe('a full list', () => {
  it('counts what it dropped: a value seen once in a hundred different ones is not usual', () => {
    let baseline = emptyBaseline();
    for (let index = 0; index < 100; index++) {
      const context = contextOf({
        event: { time: NOW - (100 - index) * 3_600_000 },
        network: { ...BERLIN, prefix: `192.0.${index}.0/24` },
      });
      baseline = learn(baseline, { ...context.observation, eventKey: `k${index}` }, Number.POSITIVE_INFINITY);
    }
    const last = contextOf({ subject: baseline, network: { ...BERLIN, prefix: '192.0.99.0/24' } });
    expect(valueFrom(newNetwork, last)).toBeGreaterThan(6);
  });
});
