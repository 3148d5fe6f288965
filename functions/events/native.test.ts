import { describe, expect, it } from 'vitest';
import type { AuthEvent } from './auth-event.ts';
import { EventError } from './event-error.ts';
import { parseEvent } from './parse.ts';

const context = { now: Date.parse('2026-11-20T09:25:00Z'), tenant: 'shop' };

/** The event of the README and the design, with one member set or (with `undefined`) left out. */
function event(path = '', value?: unknown): Record<string, unknown> {
  const whole = {
    source: 'shop.example',
    'detail-type': 'Authentication Observed',
    detail: {
      metadata: {
        id: '01JD8Z0V7N',
        version: '1',
        time: '2026-11-20T09:24:00.123Z',
        tenant: 'shop',
        correlationId: 'c-1',
      },
      data: {
        subject: { id: 'u-4711', kind: 'person', roles: ['clerk'], onBehalfOf: null },
        action: 'sign_in',
        outcome: 'success',
        factors: ['password', 'totp'],
        network: { ip: '203.0.113.7', roundTripMs: 48 },
        agent: { userAgent: 'Mozilla/5.0', deviceId: 'd-1' },
        application: { id: 'backoffice' },
        session: { id: 's-1' },
        resource: { id: 'payroll', sensitivity: 'high' },
        evidence: [{ type: 'liveness', score: 0.93, issuer: 'acme' }],
      },
    },
  };
  if (path === '') return whole;
  const steps = path.split('.');
  const last = steps.pop() as string;
  let parent = whole as Record<string, unknown>;
  for (const step of steps) parent = parent[step] as Record<string, unknown>;
  if (value === undefined) delete parent[last];
  else Object.defineProperty(parent, last, { value, enumerable: true, configurable: true });
  return whole;
}

function parse(envelope: unknown, over: object = {}): AuthEvent {
  return parseEvent(envelope, { ...context, ...over }) as AuthEvent;
}

function refusal(envelope: unknown, over: object = {}): EventError {
  try {
    parseEvent(envelope, { ...context, ...over });
  } catch (error) {
    if (error instanceof EventError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('the native event', () => {
  it('is read whole', () => {
    expect(parse(event())).toEqual({
      type: 'authentication',
      id: '01JD8Z0V7N',
      tenant: 'shop',
      time: Date.parse('2026-11-20T09:24:00.123Z'),
      source: 'shop.example',
      provider: 'native',
      action: 'sign_in',
      outcome: 'success',
      subject: { id: 'u-4711', kind: 'person', roles: ['clerk'] },
      factors: ['password', 'totp'],
      network: { ip: '203.0.113.7', roundTripMs: 48 },
      agent: { userAgent: 'Mozilla/5.0', deviceId: 'd-1' },
      application: { id: 'backoffice' },
      session: { id: 's-1' },
      resource: { id: 'payroll', sensitivity: 'high' },
      evidence: [{ type: 'liveness', score: 0.93, issuer: 'acme' }],
      correlationId: 'c-1',
      unfilled: [],
    });
  });

  it('needs only id, subject, action and outcome, and says what it lacks', () => {
    const least = parse({
      source: 'shop.example',
      'detail-type': 'Authentication Observed',
      detail: {
        metadata: { id: 'e' },
        data: { subject: { id: 'u' }, action: 'sign_in', outcome: 'failure' },
      },
    });
    expect(least.time).toBe(context.now);
    expect(least.unfilled).toEqual([
      'time',
      'subject.kind',
      'subject.roles',
      'factors',
      'network.ip',
      'network.roundTripMs',
      'agent.userAgent',
      'agent.deviceId',
      'failureReason',
      'application.id',
      'session.id',
      'resource.id',
      'correlationId',
    ]);
  });

  it('takes the time of the bus where it states none', () => {
    const onBus = { ...event('detail.metadata.time'), time: '2026-11-20T09:20:00Z', id: 'bus-1' };
    expect(parse(onBus)).toMatchObject({
      time: Date.parse('2026-11-20T09:20:00Z'),
      id: '01JD8Z0V7N',
      unfilled: ['time'],
    });
  });

  it.each([
    ['detail.metadata.id', undefined, 'is required'],
    ['detail.metadata.id', '', 'must be at least 1 characters'],
    ['detail.metadata.id', '   ', 'must not be blank'],
    ['detail.metadata.id', 7, 'must be of type string'],
    ['detail.metadata.id', 'x'.repeat(257), 'must be at most 256 characters'],
    ['detail.metadata.id', '\ud800', 'is not well-formed Unicode'],
    ['detail.metadata.version', '2', 'must be one of 1'],
    ['detail.metadata.time', 'yesterday', 'is not a time'],
    ['detail.metadata.time', true, 'is of a wrong type'],
    ['detail.metadata', undefined, 'is required'],
    ['detail.data', undefined, 'is required'],
    ['detail.data', [], 'must be of type object'],
    ['detail.data.subject', 'u', 'must be of type object'],
    ['detail.data.subject.id', undefined, 'is required'],
    ['detail.data.subject.id', ['u'], 'must be of type string'],
    ['detail.data.subject.kind', 'robot', 'must be one of person, service, agent, device'],
    ['detail.data.subject.roles', 'clerk', 'must be of type array'],
    ['detail.data.subject.roles', Array(65).fill('r'), 'must be at most 64'],
    [
      'detail.data.action',
      'login',
      'must be one of sign_in, second_factor, token, session_activity, resource_access, sign_out',
    ],
    ['detail.data.outcome', 'SUCCESS', 'must be one of success, failure, challenged'],
    ['detail.data.network.ip', '203.0.113.300', 'is not an IP address'],
    ['detail.data.network.ip', 3405803783, 'must be of type string'],
    ['detail.data.network.roundTripMs', -1, 'must be at least 0'],
    ['detail.data.network.roundTripMs', '48', 'must be of type number'],
    ['detail.data.agent.userAgent', 'x'.repeat(4097), 'must be at most 4096 characters'],
    ['detail.data.agent', 'Mozilla', 'must be of type object'],
    ['detail.data.resource.sensitivity', 'secret', 'must be one of low, medium, high'],
    ['detail.data.evidence', {}, 'must be of type array'],
  ])('is refused when %s is %j', (path, value, problem) => {
    const error = refusal(event(path, value));
    expect(error.fields).toEqual([{ field: path, problem }]);
    expect([error.code, error.status]).toEqual(['event-invalid', 422]);
  });

  it('names items of lists', () => {
    expect(refusal(event('detail.data.factors', ['password', 'karma'])).fields[0]?.field).toBe(
      'detail.data.factors[1]',
    );
    expect(refusal(event('detail.data.evidence', [{ type: 'x', score: 1.01 }])).fields[0]?.field).toBe(
      'detail.data.evidence[0].score',
    );
  });

  it('is refused when its time is absurd', () => {
    for (const time of ['2026-11-20T09:30:00.001Z', '1999-12-31T23:59:59Z', 0, 9e15]) {
      const error = refusal(event('detail.metadata.time', time));
      expect([error.code, error.status, error.fields[0]?.field]).toEqual([
        'event-time-absurd',
        422,
        'detail.metadata.time',
      ]);
    }
    expect(parse(event('detail.metadata.time', '2026-11-20T09:30:00.000Z')).time).toBe(context.now + 300_000);
  });

  it('keeps 1,024 characters of a longer agent string', () => {
    expect(parse(event('detail.data.agent.userAgent', 'x'.repeat(4096))).agent?.userAgent).toHaveLength(1024);
  });

  it('writes addresses in one way', () => {
    expect(parse(event('detail.data.network.ip', '::FFFF:203.0.113.7')).network?.ip).toBe('203.0.113.7');
    expect(parse(event('detail.data.network.ip', '2001:DB8::0:7')).network?.ip).toBe('2001:db8::7');
  });

  it('ignores members it does not know', () => {
    expect(parse(event('detail.data.mood', { nested: [1, 2] })).unfilled).toEqual([]);
  });

  it('reports at most twenty wrong members and repeats no value', () => {
    const secret = 'hunter2-hunter2';
    const error = refusal(event('detail.data.factors', Array(16).fill(secret)));
    expect(error.fields).toHaveLength(16);
    expect(JSON.stringify([error.message, error.fields])).not.toContain(secret);
  });
});

describe('the tenant', () => {
  it('of the caller is kept when the body names none', () => {
    expect(parse(event('detail.metadata.tenant')).tenant).toBe('shop');
  });

  it('of another in the body is refused', () => {
    const error = refusal(event(), { tenant: 'bank' });
    expect([error.code, error.status, error.fields[0]?.field]).toEqual([
      'tenant-mismatch',
      403,
      'detail.metadata.tenant',
    ]);
  });

  it('is the body’s under an unbound token, else the caller’s', () => {
    expect(parse(event(), { tenant: 'bank', tenantFromBody: true }).tenant).toBe('shop');
    expect(parse(event('detail.metadata.tenant'), { tenant: 'bank', tenantFromBody: true }).tenant).toBe(
      'bank',
    );
  });
});

describe('the envelope', () => {
  it.each([
    [null, ''],
    ['text', ''],
    [[], ''],
    [{}, 'source'],
    [event('source', 7), 'source'],
    [event('source', ' '), 'source'],
    [event('source', 'x'.repeat(257)), 'source'],
    [event('detail-type'), 'detail-type'],
    [event('detail'), 'detail'],
    [event('detail', 'x'), 'detail'],
    [event('detail', []), 'detail'],
    [{ ...event(), time: 12 }, 'time'],
    [JSON.parse('{"__proto__": {"source": "a"}, "source": "b"}'), '__proto__'],
  ])('that is malformed (%#) is refused with 400', (envelope, field) => {
    const error = refusal(envelope);
    expect([error.code, error.status, error.fields[0]?.field]).toEqual(['event-malformed', 400, field]);
  });

  it.each([
    ['countersign', 'Authentication Observed', 'source'],
    ['countersign', 'Risk Assessed', 'source'],
    ['shop.example', 'Order Placed', 'detail-type'],
    ['provider.unheard-of', 'Identity Log', 'detail-type'],
    ['provider.toString', 'Identity Log', 'detail-type'],
    ['aws.partner/okta.com/x/y', 'Auth0 log', 'detail-type'],
    ['aws.partner/example.com/x/y', 'AWS API Call via CloudTrail', 'detail-type'],
    ['aws.ec2', 'EC2 Instance State-change Notification', 'detail-type'],
    ['evil.aws.partner/okta.com/x', 'SystemLog', 'detail-type'],
  ])('of %s, %s is of nobody known', (source, type, field) => {
    const error = refusal({ ...event('source', source), 'detail-type': type });
    expect([error.code, error.status, error.fields[0]?.field]).toEqual([
      'event-unknown-provider',
      422,
      field,
    ]);
  });
});
