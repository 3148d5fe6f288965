import { describe, expect, it } from 'vitest';
import type { AuthEvent, IdentityEvent } from './auth-event.ts';
import { EventError } from './event-error.ts';
import { type FixtureEnvelope, fixtureEnvelopes, readFixture } from './fixtures/index.ts';

const all = fixtureEnvelopes({ all: true });
const read = all.map((envelope) => ({ envelope, result: readFixture(envelope) }));

/** Records that are no identity log, or are damaged: what they lack, by rule and number of cases. */
const REFUSED: Readonly<Record<string, string>> = {
  'Okta.ADAgent.AuthenticationAnomaly.ZScore': 'detail.eventType',
  'Okta.ADAgent.TokenAbuse.Behavioral': 'detail.outcome.result',
  'Okta.SkeletonKeyBypass.Behavioral': 'detail.eventType',
  'Okta.SWA.BulkAccess.Behavioral': 'detail.eventType',
  'Okta.SWA.OffHoursAccess.Behavioral': 'detail.eventType',
  'AWS.S3.BucketDeleted': 'detail.eventSource',
  'Sign-in.with.AWS.CLI.prompt': 'detail.eventTime',
};

function isAuth(result: AuthEvent | IdentityEvent | EventError): result is AuthEvent {
  return !(result instanceof EventError) && result.type === 'authentication';
}

describe('every fixture', () => {
  it.each(
    read.map(
      ({ envelope, result }) => [envelope.provider, envelope.rule, envelope.case, envelope, result] as const,
    ),
  )('%s: %s, %s', (_provider, rule, _case, envelope, result) => {
    if (result instanceof EventError) {
      expect(result.fields.map(({ field }) => field)).toEqual([REFUSED[rule]]);
      return;
    }
    expect(REFUSED[rule]).toBeUndefined();
    expect(result.source).toBe(envelope.source);
    expect(result.provider).toBe(envelope.provider);
    expect(result.id).not.toBe('');
    expect(new Set(result.unfilled).size).toBe(result.unfilled.length);
    if (isAuth(result)) expectHonest(result);
  });

  it('is an attempt to authenticate, another identity event, or refused, as often as it was', () => {
    const counts: Record<string, [number, number, number]> = {};
    for (const { envelope, result } of read) {
      counts[envelope.provider] ??= [0, 0, 0];
      const count = counts[envelope.provider] as [number, number, number];
      count[result instanceof EventError ? 2 : result.type === 'authentication' ? 0 : 1] += 1;
    }
    expect(counts).toEqual({
      okta: [27, 16, 16],
      auth0: [14, 22, 0],
      aws: [25, 78, 3],
      cognito: [13, 2, 0],
      entra: [18, 11, 0],
      duo: [15, 14, 0],
      onelogin: [9, 9, 0],
      'google-workspace': [7, 61, 0],
      keycloak: [10, 8, 0],
    });
  });
});

/** A member is filled or named as unfilled, never both, never neither. */
function expectHonest(event: AuthEvent): void {
  const filled: Record<string, boolean> = {
    'network.ip': event.network !== undefined,
    'agent.userAgent': event.agent?.userAgent !== undefined,
    'agent.deviceId': event.agent?.deviceId !== undefined,
    'application.id': event.application !== undefined,
    'session.id': event.session !== undefined,
    'resource.id': event.resource !== undefined,
    'subject.roles': event.subject.roles.length > 0,
    correlationId: event.correlationId !== undefined,
  };
  for (const [path, is] of Object.entries(filled))
    expect([path, event.unfilled.includes(path)]).toEqual([path, !is]);
  expect(event.failureReason === undefined || event.outcome === 'failure').toBe(true);
}

describe('fixtureEnvelopes', () => {
  const events = fixtureEnvelopes({ bus: 'countersign-test' });

  it('gives only attempts to authenticate, of every provider', () => {
    expect(events.every((envelope) => isAuth(readFixture(envelope)))).toBe(true);
    expect(new Set(events.map(({ provider }) => provider)).size).toBe(9);
  });

  it('puts each on the bus that it arrives on', () => {
    const buses = new Map<string, Set<string>>();
    for (const { provider, busName } of events)
      buses.set(provider, (buses.get(provider) ?? new Set()).add(busName));
    expect(buses.get('okta')).toEqual(new Set(['aws.partner/okta.com/countersign-demo/logs']));
    expect(buses.get('auth0')).toEqual(new Set(['aws.partner/auth0.com/countersign-demo/logs']));
    expect(buses.get('aws')).toEqual(new Set(['default']));
    expect(buses.get('cognito')).toEqual(new Set(['default', 'countersign-test']));
    expect(buses.get('keycloak')).toEqual(new Set(['countersign-test']));
  });

  it('keeps every entry within what PutEvents takes', () => {
    const size = ({ detail }: FixtureEnvelope) => Buffer.byteLength(JSON.stringify(detail));
    expect(Math.max(...events.map(size))).toBeLessThan(256 * 1024);
  });
});
