import { describe, expect, it } from 'vitest';
import { PLAN } from './address-plan.ts';
import { distanceKm } from './networks.ts';
import type { Circumstances } from './person.ts';
import { simulate } from './simulate.ts';

const simulation = { seed: '7', people: 40, days: 20, start: Date.UTC(2026, 9, 1) };
const events = [...simulate(simulation).events()];

describe('the simulated population', () => {
  it('is the same for the same seed and another for another', () => {
    expect([...simulate(simulation).events()]).toEqual(events);
    expect([...simulate({ ...simulation, seed: '8' }).events()]).not.toEqual(events);
  });

  it('does not change the first people when more join', () => {
    const more = simulate({ ...simulation, people: 41, services: 4 });
    const fewer = simulate({ ...simulation, services: 4 });
    expect(more.people[3]!.person.perDay).toBe(fewer.people[3]!.person.perDay);
  });

  it('gives people as many machines under each circumstance, and nobody fewer for a telephone', () => {
    const machines = (first: 'desktop' | 'mobile' | 'assistive') =>
      simulate({ ...simulation, asIf: { first } }).people.map(({ person }) => person.devices.length);
    const desktop = machines('desktop');
    expect(machines('mobile')).toEqual(desktop);
    expect(machines('assistive')).toEqual(desktop);
    expect(Math.max(...desktop)).toBeGreaterThan(1);
  });

  it('takes the circumstances of each person, and leaves the others as they are', () => {
    const drawn = simulate(simulation).people;
    const given = simulate({
      ...simulation,
      circumstances: (person): Circumstances => (person === 3 ? { connection: 'satellite' } : {}),
    }).people;
    expect(given[3]!.person.home.kind).toBe('satellite');
    expect(given.toSpliced(3, 1).map(({ person: { home } }) => home)).toEqual(
      drawn.toSpliced(3, 1).map(({ person: { home } }) => home),
    );
  });

  it('gives events in time order, each with an id of its own', () => {
    expect(events.length).toBeGreaterThan(1_000);
    for (let i = 1; i < events.length; i++)
      expect(events[i]!.time).toBeGreaterThanOrEqual(events[i - 1]!.time);
    expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
  });

  it('signs in mostly with success, and sometimes not', () => {
    const failed = events.filter((event) => event.outcome === 'failure').length / events.length;
    expect(failed).toBeGreaterThan(0.01);
    expect(failed).toBeLessThan(0.15);
  });

  it('names what a source does not state, and then leaves it out', () => {
    const silent = events.filter((event) => event.unfilled.includes('agent.deviceId'));
    const telling = events.filter((event) => !event.unfilled.includes('agent.deviceId'));
    expect(silent.length).toBeGreaterThan(0);
    expect(silent.every((event) => event.agent?.deviceId === undefined)).toBe(true);
    expect(telling.every((event) => event.agent?.deviceId !== undefined)).toBe(true);
  });
});

describe('the address plan', () => {
  it('carries the notice of its sources', () => {
    expect(PLAN.notice).toMatch(/DB-IP.*CC BY 4\.0/);
  });

  it('points every block at a city in the country that it stands under', () => {
    for (const country of PLAN.countries) {
      for (const operator of [...country.fixed, ...country.mobile]) {
        for (const [start, city] of operator.blocks) {
          expect(PLAN.cities[city]!.country).toBe(country.code);
          expect(start % operator.size).toBe(0);
        }
      }
    }
  });

  it('knows how far apart two cities are', () => {
    const at = (latitude: number, longitude: number) => ({ name: '', country: '', latitude, longitude });
    expect(distanceKm(at(52.52, 13.4), at(48.86, 2.35))).toBeCloseTo(878, -1);
    expect(distanceKm(at(0, 179.5), at(0, -179.5))).toBeCloseTo(111, 0);
  });
});
