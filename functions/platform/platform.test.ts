import { describe, expect, test } from 'vitest';
import {
  CountersignError,
  callerOf,
  configOf,
  type HttpEvent,
  isHttpEvent,
  jsonBody,
  pseudonymsFor,
  recoverable,
  toProblem,
} from './index.ts';

const request = (changes: Partial<HttpEvent> = {}): HttpEvent =>
  ({ headers: {}, requestContext: { http: {} }, isBase64Encoded: false, ...changes }) as HttpEvent;

describe('pseudonyms', () => {
  const key = 'k'.repeat(64);
  test('are stable, and apart for every tenant, kind and key', () => {
    const pseudonym = pseudonymsFor(key, 'shop');
    expect(pseudonym('subject', 'u-1')).toBe(pseudonym('subject', 'u-1'));
    expect(pseudonym('subject', 'u-1')).toMatch(/^[A-Za-z0-9_-]{16}$/);
    const others = [
      pseudonym('subject', 'u-2'),
      pseudonym('device', 'u-1'),
      pseudonymsFor(key, 'bank')('subject', 'u-1'),
      pseudonymsFor('j'.repeat(64), 'shop')('subject', 'u-1'),
      // Where one part ends and the next begins is part of what is signed.
      pseudonymsFor(key, 'shopu')('subject', '-1'),
    ];
    expect(new Set([pseudonym('subject', 'u-1'), ...others]).size).toBe(6);
  });
  test('a weak key is refused', () => {
    expect(() => pseudonymsFor('short', 'shop')).toThrow(
      expect.objectContaining({ code: 'pseudonym-key-weak' }),
    );
  });
});

describe('problems', () => {
  test('what the caller can mend is explained; what only we can is not', () => {
    const mine = new CountersignError('event-invalid', 'The event is invalid', {
      status: 422,
      fields: [{ field: 'data.subject.id', problem: 'is required' }],
    });
    expect(toProblem(mine)).toEqual({
      type: 'urn:countersign:problem:event-invalid',
      title: 'The event is invalid',
      status: 422,
      fields: [{ field: 'data.subject.id', problem: 'is required' }],
    });
    for (const secret of [new Error('password=hunter2'), new CountersignError('x', 'password=hunter2')])
      expect(JSON.stringify(toProblem(secret))).not.toContain('hunter2');
  });
});

describe('the environment', () => {
  test('every missing or wrong variable is named at once', () => {
    const environment = { BUS_NAME: 'b', MODE: 'enforced' };
    expect(() => configOf(environment, ['BUS_NAME', 'MODE', 'DECISIONS_TABLE'])).toThrow(
      expect.objectContaining({
        code: 'config-invalid',
        message: expect.stringMatching(/MODE, DECISIONS_TABLE/),
      }),
    );
    expect(configOf({ BUS_NAME: 'b' }, ['BUS_NAME', 'MODE'])).toEqual({ BUS_NAME: 'b', MODE: 'shadow' });
  });
  test('the fallback can be anything but allow', () => {
    expect(configOf({ FALLBACK_OUTCOME: 'deny' }, ['FALLBACK_OUTCOME']).FALLBACK_OUTCOME).toBe('deny');
    expect(() => configOf({ FALLBACK_OUTCOME: 'allow' }, ['FALLBACK_OUTCOME'])).toThrow();
  });
});

describe('requests', () => {
  test('a JSON body is read, encoded or not; anything else is refused with its own status', () => {
    expect(jsonBody(request({ body: '{"a":1}' }), 100)).toEqual({ a: 1 });
    const encoded = Buffer.from('{"a":1}').toString('base64');
    expect(jsonBody(request({ body: encoded, isBase64Encoded: true }), 100)).toEqual({ a: 1 });
    const refused = (event: HttpEvent) => {
      try {
        return jsonBody(event, 10);
      } catch (error) {
        return (error as CountersignError).status;
      }
    };
    expect(refused(request({ body: '{' }))).toBe(400);
    expect(refused(request({}))).toBe(400);
    expect(refused(request({ body: '"1234567890"' }))).toBe(413);
    expect(refused(request({ body: '{}', headers: { 'content-type': 'text/plain' } }))).toBe(415);
    expect(
      refused(request({ body: '{}', headers: { 'content-type': 'application/json; charset=utf-8' } })),
    ).toEqual({});
  });
  test('an event of the bus is no request, whatever it holds', () => {
    expect(isHttpEvent(request())).toBe(true);
    for (const event of [
      null,
      'x',
      {},
      { requestContext: null },
      { detail: { requestContext: { http: {} } } },
    ])
      expect(isHttpEvent(event)).toBe(false);
  });
  test('the caller is whom the gateway says, never whom a header says', () => {
    const event = request({ headers: { authorization: 'Bearer forged', 'client-id': 'admin' } });
    expect(callerOf(event)).toEqual({ scopes: [], claims: {} });
  });
});

describe('recoverable', () => {
  test('loads once, and again only after a failure', async () => {
    let loads = 0;
    const part = recoverable(async () => {
      loads++;
      if (loads === 1) throw new Error('passing fault');
      return loads;
    });
    await expect(part()).rejects.toThrow('passing fault');
    expect(await part()).toBe(2);
    expect(await part()).toBe(2);
  });
});
