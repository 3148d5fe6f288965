import { describe, expect, it } from 'vitest';
import type { AuthEvent } from '../events/index.ts';
import { newApplication } from './new-application.ts';
import { newASN } from './new-asn.ts';
import { newFactor } from './new-factor.ts';
import { serviceAccountSchedule } from './service-account-schedule.ts';
import { suspiciousSignins } from './suspicious-signins.ts';
import { contextOf, NOW, PARIS, taught, valueFrom, whyNot } from './testing/context.ts';
import { unfamiliarAgent } from './unfamiliar-agent.ts';

const program: Partial<AuthEvent> = {
  subject: { id: 'svc-1', kind: 'service', roles: [] },
  factors: ['access_key'],
  agent: { userAgent: 'aws-cli/2.17.0' },
};
const change = { event: program };

describe('a service account unlike itself', () => {
  const subject = taught(20, change);

  it('is nothing while everything is known', () => {
    expect(valueFrom(suspiciousSignins, contextOf({ ...change, subject }))).toBe(0);
  });

  it('rises with each new feature, an operator more than a mere network', () => {
    const prefix = { ...contextOf().network!, prefix: '192.0.3.0/24' };
    const near = valueFrom(suspiciousSignins, contextOf({ ...change, subject, network: prefix }));
    const far = valueFrom(suspiciousSignins, contextOf({ ...change, subject, network: PARIS }));
    const credential = { event: { ...program, factors: ['client_secret'] as const } };
    expect(near).toBeCloseTo(0.25);
    expect(far).toBeGreaterThan(0.6);
    expect(valueFrom(suspiciousSignins, contextOf({ ...credential, subject }))).toBeCloseTo(0.5);
  });

  it.each([
    ['address', { network: { ...contextOf().network!, prefix: '192.0.3.0/24' } }],
    ['ASN', { network: { ...contextOf().network!, asn: 'AS64999' } }],
    ['target', { event: { application: { id: 'billing' } } }],
    ['resource', { event: { resource: { id: 'secrets' } } }],
    ['agent', { event: { agent: { userAgent: 'curl/8.7.1' } } }],
    ['credential type', { event: { factors: ['certificate'] as const } }],
  ])('counts a new %s on its own', (_, changed: Parameters<typeof contextOf>[0] & object) => {
    const known = taught(20, { event: { ...program, resource: { id: 'queue' } } });
    const event = { ...program, resource: { id: 'queue' }, ...changed.event };
    expect(valueFrom(suspiciousSignins, contextOf({ ...changed, event, subject: known }))).toBeGreaterThan(
      0.2,
    );
  });

  it('backs off to other programs of its role, application and tenant while its own history is thin', () => {
    const others = taught(60, change);
    const stranger = contextOf(change);
    for (const level of ['role', 'application', 'tenant'] as const) {
      const among = { ...stranger, [level]: others };
      for (const signal of [newASN, newFactor, unfamiliarAgent, newApplication])
        expect(valueFrom(signal, among), `${signal.code} by ${level}`).toBeLessThan(2);
    }
    const odd = contextOf({ event: { ...program, factors: ['certificate'] } });
    expect(valueFrom(newFactor, { ...odd, role: others })).toBeGreaterThan(5);
  });

  it('is for programs, and needs something to compare', () => {
    expect(whyNot(suspiciousSignins, contextOf({ subject: taught(20) }))).toBe('the subject is a person');
    expect(whyNot(suspiciousSignins, contextOf(change))).toBe('too few features to compare');
  });
});

describe("a program's timetable", () => {
  // Taught at half past nine on each day.
  const subject = taught(40, change);
  const at = (minute: number) =>
    contextOf({
      event: { ...program, time: Math.floor(NOW / 3_600_000) * 3_600_000 + minute * 60_000 },
      subject,
    });

  it('knows its minutes, its neighbours, and the others', () => {
    expect(valueFrom(serviceAccountSchedule, at(32))).toBeLessThan(-1.5);
    expect(valueFrom(serviceAccountSchedule, at(27))).toBeLessThan(-0.5);
    expect(valueFrom(serviceAccountSchedule, at(12))).toBeGreaterThan(1.5);
  });

  it('is a circle: the minute before the hour is near the minute after', () => {
    const onTheHour = taught(40, { event: { ...program } });
    const shifted = {
      ...onTheHour,
      minutes: [...onTheHour.minutes.slice(6), ...onTheHour.minutes.slice(0, 6)],
    };
    const before = contextOf({ event: { ...program, time: NOW + 29 * 60_000 }, subject: shifted });
    expect(valueFrom(serviceAccountSchedule, before)).toBeLessThan(0);
  });

  it('judges mildly while little is known, and people not at all', () => {
    const young = { ...at(12), subject: taught(2, change) };
    expect(valueFrom(serviceAccountSchedule, young)).toBeLessThan(0.5);
    expect(whyNot(serviceAccountSchedule, contextOf({ subject: taught(9) }))).toBe('the subject is a person');
    expect(whyNot(serviceAccountSchedule, contextOf(change))).toBe('no history yet');
  });
});
