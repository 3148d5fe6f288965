import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Baseline, emptyBaseline, learn, type Observation, type Velocity } from '../baselines/index.ts';
import type { AuthEvent } from '../events/auth-event.ts';
import { parseAgent } from './agent.ts';
import { catalogue, evaluateSignals, featureVector } from './catalogue.ts';
import { newCountry } from './new-country.ts';
import { observe } from './observe.ts';
import { type NetworkFacts, personText, type SignalContext } from './signal.ts';
import { BERLIN, contextOf, pseudonym, taught, valueFrom } from './testing/context.ts';

const few = (prefix: string) => fc.integer({ min: 0, max: 4 }).map((n) => `${prefix}${n}`);
/** A record some of whose members are absent: that is what most providers send. */
const partly = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(model, { requiredKeys: [] });

const time = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2040, 0, 1) });
const network = partly({
  asn: few('AS6450'),
  country: fc.constantFrom('DE', 'FR', 'ZZ'),
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
  radiusKm: fc.integer({ min: 0, max: 1_000 }),
})
  .chain((facts) =>
    fc.record({
      facts: fc.constant(facts),
      prefix: few('192.0.2.'),
      class: fc.constantFrom('unknown', 'mobile', 'satellite', 'hosting', 'vpn', 'relay', 'tor', 'reserved'),
    }),
  )
  .map(({ facts, ...rest }) => ({ ...facts, ...rest }) as NetworkFacts);

const event = fc
  .record({
    required: fc.record({
      id: fc.string({ minLength: 1, maxLength: 20 }),
      time,
      action: fc.constantFrom(
        'sign_in',
        'second_factor',
        'token',
        'session_activity',
        'resource_access',
        'sign_out',
      ),
      outcome: fc.constantFrom('success', 'failure', 'challenged'),
      factors: fc.array(fc.constantFrom('password', 'totp', 'passkey', 'sms', 'refresh_token'), {
        maxLength: 3,
      }),
      evidence: fc.array(
        fc.record({
          type: fc.constantFrom('liveness', 'leaked_credential', '__proto__', ''),
          score: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        { maxLength: 3 },
      ),
    }),
    optional: fc.record(
      {
        failureReason: fc.constantFrom('bad_credentials', 'second_factor_denied', 'leaked_credential'),
        agent: fc.record({ userAgent: fc.string(), deviceId: few('d') }, { requiredKeys: [] }),
        application: fc.record({ id: fc.constantFrom('a', '__proto__', 'constructor') }),
        resource: fc.record(
          { id: few('r'), sensitivity: fc.constantFrom('low', 'medium', 'high') },
          { requiredKeys: ['id'] },
        ),
      },
      { requiredKeys: [] },
    ),
    kind: fc.constantFrom('person', 'service', 'agent', 'device'),
  })
  .map(
    ({ required, optional, kind }) =>
      ({
        type: 'authentication',
        tenant: 't',
        source: 's',
        provider: 'native',
        subject: { id: 'u', kind, roles: [] },
        unfilled: [],
        ...required,
        ...optional,
      }) as unknown as AuthEvent,
  );

const context = (one: AuthEvent, facts: NetworkFacts | undefined): SignalContext => {
  const agent = one.agent?.userAgent === undefined ? undefined : parseAgent(one.agent.userAgent);
  return {
    event: one,
    ...(facts && { network: facts }),
    ...(agent && { agent }),
    observation: observe(one, { network: facts, agent, pseudonym, teaches: one.outcome === 'success' }),
    subject: emptyBaseline(),
    velocity: {},
  };
};
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const baseline: fc.Arbitrary<Baseline> = fc
  .array(fc.tuple(event, optional(network)), { maxLength: 12 })
  .map((history) =>
    history.reduce<Baseline>((known, [one, facts], index) => {
      const seen: Observation = { ...context(one, facts).observation, eventKey: `k${index}` };
      return learn(known, seen);
    }, emptyBaseline()),
  );
const count = fc.record({ value: fc.double({ min: 0, max: 1e6, noNaN: true }), time });
const velocity: fc.Arbitrary<Velocity> = fc.record({
  version: fc.constant(1),
  attempts: fc.record({ fast: count, day: count, fortnight: count }),
  failures: fc.record({ fast: count, day: count, fortnight: count }),
  failedSubjectsLong: fc.double({ min: 0, max: 1e6, noNaN: true }),
  failedSubjects: fc.double({ min: 0, max: 1e6, noNaN: true }),
  succeededSubjects: fc.double({ min: 0, max: 1e6, noNaN: true }),
});
const contexts: fc.Arbitrary<SignalContext> = fc
  .record({
    event,
    network: optional(network),
    subject: baseline,
    others: fc.record({ role: baseline, application: baseline, tenant: baseline }, { requiredKeys: [] }),
    velocity: fc.record(
      { address: velocity, prefix: velocity, asn: velocity, agent: velocity },
      { requiredKeys: [] },
    ),
  })
  .map((given) => ({
    ...context(given.event, given.network),
    subject: given.subject,
    ...given.others,
    velocity: given.velocity,
  }));

describe('every signal', () => {
  it('answers any event against any history: a finite value in its range and words, or why not', () => {
    fc.assert(
      fc.property(contexts, (given) => {
        for (const definition of catalogue) {
          const found = definition.evaluate(given);
          if (!found.evaluated) {
            expect(found.why, definition.code).not.toBe('');
            continue;
          }
          const [low, high] = definition.range;
          expect(found.value, definition.code).toBeGreaterThanOrEqual(low);
          expect(found.value, definition.code).toBeLessThanOrEqual(high);
          expect(found.observed, definition.code).not.toBe('');
          expect(found.usual, definition.code).not.toBe('');
          if (found.since !== undefined) expect(found.since, definition.code).toBeGreaterThan(0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('has a code of its own and says what it is', () => {
    const codes = catalogue.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const { code, title, description, unit, range } of catalogue) {
      expect(code).toMatch(/^[a-z][A-Za-z]+$/);
      expect(title.length).toBeGreaterThan(3);
      expect(description.length).toBeGreaterThan(40);
      expect(unit).not.toBe('');
      expect(range[0]).toBeLessThan(range[1]);
    }
  });

  it('tells the subject something, with no number, address or place that an attacker could learn from', () => {
    for (const { code, texts, range } of catalogue) {
      for (const { text } of texts) expect(text, code).toMatch(/^[A-Z][^0-9]+\.$/);
      expect(new Set(texts.map(({ text }) => text)).size, code).toBe(texts.length);
      // Rising bounds within the range, so that each sentence can be read of some value, and one of any.
      const bounds = texts.map(({ below }) => below ?? Number.POSITIVE_INFINITY);
      expect(bounds, code).toEqual([...bounds].sort((a, b) => a - b));
      expect(bounds.at(-1), code).toBe(Number.POSITIVE_INFINITY);
      expect(bounds[0], code).toBeGreaterThan(range[0]);
      expect(bounds.at(-2), code).toBeLessThanOrEqual(range[1]);
    }
  });

  it('never tells the subject an address, a network, a place or a coordinate, nor the operator an address', () => {
    fc.assert(
      fc.property(contexts, (given) => {
        const ip = '203.0.113.77';
        const place = { city: 'Berlin', latitude: 52.5187, longitude: 13.4083, asName: 'Example Net' };
        const seen: SignalContext = {
          ...given,
          event: { ...given.event, network: { ip, roundTripMs: 9 } },
          ...(given.network && { network: { ...given.network, ...place } }),
          threats: { version: '7', match: { kind: 'malicious', confidence: 0.9, label: 'scanner' } },
          servers: [{ latitude: 0, longitude: 0 }],
        };
        const secrets = [
          seen.network?.prefix,
          seen.network?.asn,
          'Berlin',
          'Example Net',
          '52.5',
          '13.4',
          ip,
        ];
        for (const definition of catalogue) {
          const found = definition.evaluate(seen);
          if (!found.evaluated) continue;
          const text = personText(definition, found.value);
          for (const secret of secrets) if (secret) expect(text, definition.code).not.toContain(secret);
          expect(text).not.toMatch(/\d|\b[A-Z]{2}\b/);
          expect(`${found.observed} ${found.usual}`, definition.code).not.toContain(ip);
        }
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['dormantAccount', 0.5, /within a day/],
    ['dormantAccount', 6, /some days/],
    ['dormantAccount', 30, /some weeks/],
    ['dormantAccount', 400, /a long time/],
    ['unlikelyTravel', 690, /only a fast journey/],
    ['unlikelyTravel', 901, /farther away/],
    ['newDevice', 0.1, /usually use/],
    ['newDevice', 12, /not one that you usually use/],
    ['deviceTenure', 0, /new for you/],
    ['deviceTenure', 100, /a long time/],
    ['historyThin', 1, /no history yet/],
    ['bruteForce', 0.2, /hardly any/],
    ['bruteForce', 9, /several/],
    ['anonymizedIPAddress', 0.5, /servers/],
    ['anonymizedIPAddress', 1, /hides/],
  ])('says no more than the value bears out: %s of %f', (code, value, words) => {
    const definition = catalogue.find((one) => one.code === code)!;
    expect(personText(definition, value)).toMatch(words);
  });

  it('leaves what it looks at as it is', () => {
    const given = contextOf({ subject: taught(5) });
    const before = JSON.stringify(given);
    evaluateSignals(given);
    expect(JSON.stringify(given)).toBe(before);
  });
});

describe('country', () => {
  it('never matters by its name, only by its novelty for the subject', () => {
    const code = fc.stringMatching(/^[A-Z]{2}$/).filter((one) => one !== 'DE');
    const subject = taught(20);
    const others = { role: taught(9, { network: { ...BERLIN, country: 'FR' } }) };
    fc.assert(
      fc.property(code, code, (one, other) => {
        const at = (country: string) => contextOf({ subject, ...others, network: { ...BERLIN, country } });
        expect(valueFrom(newCountry, at(one))).toBe(valueFrom(newCountry, at(other)));
      }),
    );
  });

  it('makes no difference to any signal when the whole history is moved to another one', () => {
    const moved = (country: string) => {
      const there = { network: { ...BERLIN, country } };
      return featureVector(
        evaluateSignals(contextOf({ subject: taught(20, there), tenant: taught(20, there), ...there })),
      );
    };
    expect(moved('FR')).toEqual(moved('NG'));
  });
});

describe('the feature vector', () => {
  it('has one float per signal in the order of the catalogue, NaN where there is nothing to say', () => {
    const signals = evaluateSignals(contextOf());
    const features = featureVector(signals);
    expect(signals.map(({ code }) => code)).toEqual(catalogue.map(({ code }) => code));
    expect(features).toHaveLength(catalogue.length);
    for (const [index, signal] of signals.entries())
      expect(features[index]).toBe(signal.evaluated ? Math.fround(signal.value) : Number.NaN);
  });
});
