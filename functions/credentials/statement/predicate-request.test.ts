import { expect, it } from 'vitest';
import { resolvePredicates } from './predicate-request.ts';

const path = '/credentialSubject/birthDate';
const on = (day: string): number => Date.parse(`${day}T12:00:00Z`) / 1000;
const older = (years: number, day: string): unknown =>
  resolvePredicates([{ path, olderThan: { years } }], on(day));

it('an age becomes the latest date of birth', () => {
  expect(older(18, '2026-11-20')).toEqual([{ path, atMost: '2008-11-20' }]);
  expect(resolvePredicates([{ path, youngerThan: { years: 26 } }], on('2026-11-20'))).toEqual([
    { path, greaterThan: '2000-11-20' },
  ]);
  expect(resolvePredicates([{ path, atMost: '2000-01-01' }], 0)).toEqual([{ path, atMost: '2000-01-01' }]);
});

it('on 29 February nobody ages a day early', () => {
  expect(older(18, '2028-02-29')).toEqual([{ path, atMost: '2010-02-28' }]);
  expect(older(4, '2028-02-29')).toEqual([{ path, atMost: '2024-02-29' }]);
  expect(older(18, '2026-02-28')).toEqual([{ path, atMost: '2008-02-28' }]);
});

it('an age is a whole number of years', () => {
  for (const years of [-1, 0.5, 151, Number.NaN])
    expect(() => older(years, '2026-01-01')).toThrow(expect.objectContaining({ code: 'query-invalid' }));
});
