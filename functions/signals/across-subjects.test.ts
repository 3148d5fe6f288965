import { describe, expect, it } from 'vitest';
import type { Velocity } from '../baselines/index.ts';
import { addressFailureRate } from './address-failure-rate.ts';
import { credentialStuffing } from './credential-stuffing.ts';
import { passwordSpray } from './password-spray.ts';
import { sharedEgress } from './shared-egress.ts';
import { BERLIN, contextOf, DAY, NOW, valueFrom, whyNot } from './testing/context.ts';

const counter = (
  attempts: number,
  failures: number,
  failedSubjects: number,
  succeededSubjects = 0,
): Velocity => {
  const at = (value: number) => ({ fast: { value, time: NOW }, day: { value, time: NOW } });
  return { version: 1, attempts: at(attempts), failures: at(failures), failedSubjects, succeededSubjects };
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
