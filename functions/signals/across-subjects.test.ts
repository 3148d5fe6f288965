import { describe, expect, it } from 'vitest';
import {
  countAttempts,
  emptyVelocity,
  encodeVelocity,
  learn,
  type Velocity,
  velocityOf,
} from '../baselines/index.ts';
import { addressFailureRate } from './address-failure-rate.ts';
import { bruteForce } from './brute-force.ts';
import { credentialStuffing } from './credential-stuffing.ts';
import { passwordSpray } from './password-spray.ts';
import { sharedEgress } from './shared-egress.ts';
import { slowBruteForce } from './slow-brute-force.ts';
import { BERLIN, contextOf, DAY, HOUR, NOW, taught, valueFrom, whyNot } from './testing/context.ts';

const counter = (
  attempts: number,
  failures: number,
  failedSubjects: number,
  succeededSubjects = 0,
): Velocity => {
  const at = (value: number) => ({
    fast: { value, time: NOW },
    day: { value, time: NOW },
    fortnight: { value, time: NOW },
  });
  return {
    version: 1,
    attempts: at(attempts),
    failures: at(failures),
    failedSubjects,
    succeededSubjects,
    failedSubjectsLong: failedSubjects,
  };
};
const spraying = counter(50, 50, 50);
/** A Monday morning in an office: forty people, some of whom mistyped. */
const office = counter(50, 8, 8, 40);
/** One person who forgot the password. */
const forgetful = counter(8, 8, 1);
const withVelocity = (velocity: Record<string, Velocity>) => contextOf({ velocity });

describe('passwordSpray', () => {
  it('counts the subjects that failed from one address', () => {
    expect(valueFrom(passwordSpray, withVelocity({ address: spraying }))).toBe(50);
  });

  it('counts a whole prefix at half weight', () => {
    expect(valueFrom(passwordSpray, withVelocity({ prefix: spraying }))).toBe(25);
  });

  it('is not stirred by an office, nor by one person who forgot the password', () => {
    expect(valueFrom(passwordSpray, withVelocity({ address: office }))).toBe(0);
    expect(valueFrom(passwordSpray, withVelocity({ address: forgetful }))).toBeLessThanOrEqual(1);
  });

  it('is 0 where nothing was ever counted, and not evaluable without a network', () => {
    expect(valueFrom(passwordSpray, withVelocity({}))).toBe(0);
    expect(whyNot(passwordSpray, contextOf({ network: undefined as never }))).toBe(
      'the event states no network',
    );
  });
});

describe('credentialStuffing', () => {
  it('counts the subjects that failed once each with one agent, from wherever', () => {
    expect(valueFrom(credentialStuffing, withVelocity({ agent: spraying }))).toBe(50);
    expect(valueFrom(credentialStuffing, withVelocity({ asn: spraying }))).toBe(50);
  });

  it('counts less when each subject was tried many times: that is guessing', () => {
    expect(valueFrom(credentialStuffing, withVelocity({ agent: counter(500, 500, 50) }))).toBe(10);
  });

  it('is not stirred by a large provider on an ordinary day', () => {
    expect(valueFrom(credentialStuffing, withVelocity({ asn: counter(10_000, 900, 700, 8_000) }))).toBe(0);
  });

  it('cannot be evaluated with neither operator nor agent', () => {
    const { agent: _, ...bare } = contextOf({ network: { prefix: '192.0.2.0/24', class: 'unknown' } });
    expect(whyNot(credentialStuffing, bare)).toContain('neither');
    expect(valueFrom(credentialStuffing, { ...bare, network: BERLIN })).toBe(0);
  });
});

describe('addressFailureRate', () => {
  it('starts at one in ten and follows what happens', () => {
    expect(valueFrom(addressFailureRate, withVelocity({}))).toBeCloseTo(0.1);
    expect(valueFrom(addressFailureRate, withVelocity({ address: spraying }))).toBeGreaterThan(0.9);
    expect(valueFrom(addressFailureRate, withVelocity({ address: counter(100, 0, 0) }))).toBeLessThan(0.01);
  });

  it('forgets by the day', () => {
    const later = contextOf({ velocity: { address: spraying }, event: { time: NOW + 10 * DAY } });
    expect(valueFrom(addressFailureRate, later)).toBeLessThan(0.15);
  });
});

describe('sharedEgress', () => {
  it('counts who else succeeded from the prefix', () => {
    expect(valueFrom(sharedEgress, withVelocity({ prefix: office }))).toBe(40);
    expect(valueFrom(sharedEgress, withVelocity({ address: office }))).toBe(0);
  });

  it('cannot be evaluated for private networks', () => {
    expect(whyNot(sharedEgress, contextOf({ network: { ...BERLIN, class: 'reserved' } }))).toContain(
      'private',
    );
  });
});

describe('low and slow', () => {
  /** One wrong guess every six hours for eight weeks, each at another account; counted as the settling queue does. */
  const slow = (perAccount = 1, honest = 0) => {
    let record = emptyVelocity();
    for (let step = 0; step < 224; step++) {
      const time = NOW - step * 6 * HOUR;
      const one = (failed: boolean, subjectHash: number) => ({ time, failed, subjectHash });
      record = countAttempts(record, [
        one(true, hashed(Math.floor(step / perAccount))),
        ...Array.from({ length: honest }, (_, person) => one(false, hashed(9_000 + person))),
      ]);
    }
    return record;
  };
  const hashed = (value: number) => Math.imul(value + 1, 2654435761) >>> 0;
  const at = (kind: string, record = slow()) => withVelocity({ [kind]: velocityOf([record], NOW)! });

  it.each([
    ['an address', passwordSpray, 'address', 60],
    ['a prefix', passwordSpray, 'prefix', 30],
    ['an operator', credentialStuffing, 'asn', 60],
    ['an agent', credentialStuffing, 'agent', 60],
  ] as const)('a few guesses a day over weeks from %s show', (_, signal, kind, least) => {
    const value = valueFrom(signal, at(kind));
    const byDay = velocityOf([slow()], NOW)!.failedSubjects;
    expect(byDay).toBeLessThan(10);
    expect(value).toBeGreaterThan(least * 0.8);
    expect(signal.evaluate(at(kind))).toMatchObject({ observed: expect.stringContaining('about a month') });
  });

  it('is not what an office looks like, with as many failures among many more successes', () => {
    expect(valueFrom(passwordSpray, at('address', slow(1, 9)))).toBe(0);
    expect(valueFrom(credentialStuffing, at('asn', slow(1, 9)))).toBe(0);
  });

  it('is not one account that forgets its password again and again', () => {
    expect(valueFrom(passwordSpray, at('address', slow(1_000)))).toBeLessThanOrEqual(1);
    expect(valueFrom(credentialStuffing, at('agent', slow(1_000)))).toBeLessThanOrEqual(1);
  });

  it('fades within months once it stops', () => {
    const later = (days: number) =>
      contextOf({
        velocity: { address: velocityOf([slow()], NOW + days * DAY)! },
        event: { time: NOW + days * DAY },
      });
    expect(valueFrom(passwordSpray, later(14))).toBeLessThan(50);
    expect(valueFrom(passwordSpray, later(57))).toBe(0);
  });

  it('against one account shows on the account, whatever it comes from', () => {
    let subject = taught(20);
    for (let day = 28; day >= 1; day--)
      for (let guess = 0; guess < 3; guess++)
        subject = learn(subject, {
          eventKey: `guess-${day}-${guess}`,
          time: NOW - day * DAY + guess * 7 * HOUR,
          teaches: false,
          failed: true,
          factorFailed: false,
          keys: {},
        });
    expect(valueFrom(bruteForce, contextOf({ subject }))).toBeLessThan(1);
    expect(valueFrom(slowBruteForce, contextOf({ subject }))).toBeGreaterThan(20);
    expect(valueFrom(slowBruteForce, contextOf({ subject: taught(20) }))).toBe(0);
  });

  it('is kept in a record that stays small', () => {
    expect(Buffer.byteLength(encodeVelocity(slow(1, 40)))).toBeLessThan(2_048);
  });
});
