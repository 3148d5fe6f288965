import { describe, expect, it } from 'vitest';
import { type Change, emptyBaseline, noteChange } from '../baselines/index.ts';
import { factorReset } from './factor-reset.ts';
import { newPrivilege } from './new-privilege.ts';
import { reportedThreat } from './reported-threat.ts';
import { contextOf, HOUR, NOW, taught, valueFrom, whyNot } from './testing/context.ts';

const changedAgo = (hours: number, kind: Change['kind'], by: Change['by'] = 'admin') =>
  noteChange(taught(20), { kind, by, time: NOW - hours * HOUR });

describe('a sign-in after the ways in were changed', () => {
  it('counts a reset just before fully, half a day later, and hardly after a week', () => {
    expect(valueFrom(factorReset, contextOf({ subject: changedAgo(0, 'factor_reset') }))).toBe(1);
    expect(valueFrom(factorReset, contextOf({ subject: changedAgo(24, 'factor_reset') }))).toBeCloseTo(0.5);
    expect(valueFrom(factorReset, contextOf({ subject: changedAgo(168, 'factor_reset') }))).toBeLessThan(
      0.01,
    );
  });

  it('lets the change that matters most count, not the latest', () => {
    const both = noteChange(changedAgo(2, 'factor_reset'), {
      kind: 'password_changed',
      by: 'self',
      time: NOW,
    });
    expect(valueFrom(factorReset, contextOf({ subject: both }))).toBeCloseTo(2 ** (-2 / 24));
  });

  it('is nothing without a change, with another kind of change, or with one that came later', () => {
    expect(valueFrom(factorReset, contextOf({ subject: taught(20) }))).toBe(0);
    expect(valueFrom(factorReset, contextOf({ subject: changedAgo(1, 'privilege_granted') }))).toBe(0);
    expect(valueFrom(factorReset, contextOf({ subject: changedAgo(-1, 'factor_reset') }))).toBe(0);
  });

  it('is evaluated for an account of which nothing but the reset is known, not for a stranger', () => {
    const only = noteChange(emptyBaseline(), { kind: 'factor_reset', by: 'admin', time: NOW });
    expect(valueFrom(factorReset, contextOf({ subject: only }))).toBe(1);
    expect(whyNot(factorReset, contextOf())).toBe('no history yet');
  });
});

describe('a privilege granted, then used', () => {
  const using = (sensitivity?: 'low' | 'medium' | 'high') => ({
    subject: changedAgo(0, 'privilege_granted'),
    event: { resource: { id: 'payroll', ...(sensitivity ? { sensitivity } : {}) } },
  });

  it('weighs by what it is used for', () => {
    expect(valueFrom(newPrivilege, contextOf(using('high')))).toBe(1);
    expect(valueFrom(newPrivilege, contextOf(using('medium')))).toBeCloseTo(0.6);
    expect(valueFrom(newPrivilege, contextOf(using('low')))).toBeCloseTo(0.3);
    expect(valueFrom(newPrivilege, contextOf(using()))).toBeCloseTo(0.3);
  });

  it('fades over days, and is nothing where nothing was granted', () => {
    const old = { ...using('high'), subject: changedAgo(48, 'privilege_granted') };
    expect(valueFrom(newPrivilege, contextOf(old))).toBeCloseTo(0.5);
    expect(valueFrom(newPrivilege, contextOf({ ...using('high'), subject: taught(3) }))).toBe(0);
    expect(
      valueFrom(newPrivilege, contextOf({ ...using('high'), subject: changedAgo(0, 'factor_reset') })),
    ).toBe(0);
  });

  it('needs a success', () => {
    expect(whyNot(newPrivilege, contextOf({ event: { outcome: 'failure' } }))).toBe(
      'the attempt did not succeed',
    );
  });
});

describe('a threat reported on the account', () => {
  it('counts fully at once, half after three days, and not once it came after the event', () => {
    expect(valueFrom(reportedThreat, contextOf({ subject: changedAgo(0, 'threat_reported') }))).toBe(1);
    expect(valueFrom(reportedThreat, contextOf({ subject: changedAgo(72, 'threat_reported') }))).toBeCloseTo(
      0.5,
    );
    expect(valueFrom(reportedThreat, contextOf({ subject: changedAgo(-1, 'threat_reported') }))).toBe(0);
  });

  it('is nothing for other changes, and not evaluable for a stranger', () => {
    expect(valueFrom(reportedThreat, contextOf({ subject: changedAgo(0, 'factor_reset') }))).toBe(0);
    expect(whyNot(reportedThreat, contextOf())).toBe('no history yet');
  });

  it('says who reported it, and nothing else of it', () => {
    const found = reportedThreat.evaluate(contextOf({ subject: changedAgo(2, 'threat_reported', 'self') }));
    expect(found).toMatchObject({ observed: 'threat reported by the account itself, 2.0 h before' });
  });
});
