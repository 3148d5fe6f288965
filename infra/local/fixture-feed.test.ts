import { describe, expect, it } from 'vitest';
import { fixtureEnvelopes, readFixture } from '../../functions/events/fixtures/index.ts';
import { EventError } from '../../functions/events/index.ts';
import { refresh } from './fixture-feed.ts';

const NOW = Date.parse('2026-11-20T09:24:00.000Z');
const ID_ON_BUS = '6a7e8feb-b491-4cf7-a9f1-bf3703467718';
const record = (detail: Record<string, unknown>) => ({
  busName: 'b',
  source: 's',
  'detail-type': 't',
  detail,
});

describe('refresh', () => {
  it('moves all times by one span, each in its own writing', () => {
    const { detail } = refresh(
      record({
        published: '2023-01-01T00:00:10.123Z',
        spaced: '2023-01-01 00:00:00.000000000',
        plain: '2023-01-01 00:00:05',
        named: '2023-01-01 00:00:05 UTC',
        zoned: '2023-01-01T02:00:00+02:00',
        nested: [{ time: 1672531200 }, { timestamp: 1672531200000 }],
        count: 1672531200,
        day: '2023-01-01',
      }),
      { id: 'none', time: Date.parse('2023-01-01T00:00:10.123Z') },
      NOW,
    );
    expect(detail).toEqual({
      published: '2026-11-20T09:24:00.000Z',
      spaced: '2026-11-20 09:23:49.877000000',
      plain: '2026-11-20 09:23:54',
      named: '2026-11-20 09:23:54 UTC',
      zoned: '2026-11-20T11:23:49+02:00',
      nested: [{ time: Math.floor((NOW - 10_123) / 1000) }, { timestamp: NOW - 10_123 }],
      count: 1672531200,
      day: '2023-01-01',
    });
  });

  it.each([
    ['7a4b1c0e-0000-11ee-9d2f-5b1c0e7a4b1c', /^01234567-89ab-4cde-8f01-23456789abcd$/],
    ['90020230901T001', /^\d{11}T\d{3}$/],
    ['AbC-12345', /^[A-F][a-f][A-F]-\d{5}$/],
    ['1', /^01234567-/],
  ])('gives a fresh id of the shape of %s wherever it stands, and leaves other ids alone', (id, shape) => {
    const { detail } = refresh(
      record({ uuid: id, data: { log_id: id, user: { id: 'u-1' } } }),
      { id, time: NOW },
      NOW,
      () => '01234567-89ab-4cde-8f01-23456789abcd',
    );
    const fresh = detail.uuid;
    expect(fresh).toMatch(shape);
    expect(fresh).not.toBe(id);
    expect(detail).toEqual({ uuid: fresh, data: { log_id: fresh, user: { id: 'u-1' } } });
  });

  it("keeps every provider's record readable, recent, and another event than before", () => {
    const envelopes = fixtureEnvelopes();
    expect(envelopes.length).toBeGreaterThan(20);
    for (const envelope of envelopes) {
      const before = readFixture(envelope);
      if (before instanceof EventError) throw before;
      const after = readFixture({ ...envelope, ...refresh(envelope, before, NOW) });
      if (after instanceof EventError) throw after;
      // A record without an id of its own has that of the bus, which is fresh at every sending.
      if (before.id !== ID_ON_BUS)
        expect(after.id, `${envelope.provider} ${envelope.case}`).not.toBe(before.id);
      expect(Math.abs(after.time - NOW), `${envelope.provider} ${envelope.case}`).toBeLessThan(3_600_000);
      if (before.type !== 'authentication' || after.type !== 'authentication')
        throw new Error('not an attempt');
      expect(after.subject).toEqual(before.subject);
      expect(after.outcome).toBe(before.outcome);
    }
  });
});
