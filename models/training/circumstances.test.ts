import { describe, expect, it } from 'vitest';
import { NATURAL } from '../simulator/person.ts';
import { simulate } from '../simulator/simulate.ts';
import { evenerCircumstances, standsFor } from './circumstances.ts';

const simulation = { seed: 'many', people: 4_000, days: 14, start: Date.UTC(2026, 5, 1), services: 0 };
const trained = simulate({ ...simulation, circumstances: evenerCircumstances('many') }).people.map(
  ({ person }) => person,
);

const KINDS = {
  satellite: (person: (typeof trained)[number]) => person.home.kind === 'satellite',
  assistive: (person: (typeof trained)[number]) => person.devices[0]!.agent.device === 'assistive',
  mobile: (person: (typeof trained)[number]) => person.devices[0]!.agent.device === 'mobile',
};

describe('circumstances in training', () => {
  it.each(Object.entries(KINDS))(
    'has more of %s than are met, and weighs them as they are met',
    (kind, is) => {
      const natural = NATURAL[kind as keyof typeof NATURAL];
      const share = trained.filter(is).length / trained.length;
      expect(share).toBeGreaterThan(1.7 * natural);
      const weigh = (people: typeof trained) => people.reduce((sum, person) => sum + standsFor(person), 0);
      const weighed = weigh(trained.filter(is)) / weigh(trained);
      expect(weighed / natural).toBeGreaterThan(0.85);
      expect(weighed / natural).toBeLessThan(1.15);
    },
  );
});
