import { describe, expect, it } from 'vitest';
import { emptyBaseline, learn } from '../baselines/index.ts';
import { contextOf, DAY, HOUR, NOW, taught, valueFrom, whyNot } from './testing/context.ts';
import { unfamiliarHour } from './unfamiliar-hour.ts';

/** Always at 09:30. */
const morning = taught(60);
const at = (hours: number) => contextOf({ subject: morning, event: { time: NOW + hours * HOUR } });

describe('the hour of the week', () => {
  it('lowers at the usual hour and raises at its opposite', () => {
    expect(valueFrom(unfamiliarHour, at(0))).toBeLessThan(-2);
    expect(valueFrom(unfamiliarHour, at(12))).toBeGreaterThan(2);
  });

  it('rises with the distance on the circle, on both sides alike', () => {
    const values = [0, 1, 2, 3, 4].map((hours) => valueFrom(unfamiliarHour, at(hours)));
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(valueFrom(unfamiliarHour, at(-3))).toBeCloseTo(valueFrom(unfamiliarHour, at(3)), 1);
  });

  it('is nothing much while history is thin, and what colleagues do counts then', () => {
    const thin = contextOf({ subject: taught(1), event: { time: NOW + 12 * HOUR } });
    expect(Math.abs(valueFrom(unfamiliarHour, thin))).toBeLessThan(0.5);
    expect(valueFrom(unfamiliarHour, { ...thin, role: morning })).toBeGreaterThan(1);
  });

  it('knows the day: the usual hour on a day that is never worked is unusual', () => {
    let weekdays = emptyBaseline();
    for (let day = 84; day >= 1; day--) {
      const time = NOW - day * DAY;
      if ([0, 6].includes(new Date(time).getUTCDay())) continue;
      const { observation } = contextOf({ event: { id: `day-${day}`, time } });
      weekdays = learn(weekdays, observation);
    }
    const on = (days: number, hours = 0) =>
      valueFrom(
        unfamiliarHour,
        contextOf({ subject: weekdays, event: { time: NOW + days * DAY + hours * HOUR } }),
      );
    // NOW is a Monday.
    expect(on(5)).toBeGreaterThan(on(0) + 2);
    expect(on(6)).toBeGreaterThan(on(4) + 2);
    // Towards midnight a Friday becomes a Saturday: no step on the circle.
    expect(Math.abs(on(5, -9.55) - on(5, -9.45))).toBeLessThan(0.2);
  });

  it('cannot be evaluated without any history, nor by a few events of others', () => {
    expect(whyNot(unfamiliarHour, contextOf({ subject: emptyBaseline() }))).toBe('no history yet');
    expect(whyNot(unfamiliarHour, contextOf({ tenant: taught(5) }))).toBe('no history yet');
  });
});

it('asks for the role first, then the application, then the tenant', () => {
  const stranger = contextOf({ event: { time: NOW } });
  const night = { ...morning, hours: morning.hours.map((_, hour) => (hour === 21 ? 60 : 0)) };
  const withRole = { ...stranger, role: morning, application: night, tenant: night };
  expect(valueFrom(unfamiliarHour, withRole)).toBeLessThan(-2);
  expect(valueFrom(unfamiliarHour, { ...stranger, application: night, tenant: morning })).toBeGreaterThan(1);
});
