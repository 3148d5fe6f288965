import { type Circumstances, NATURAL, type Person } from '../simulator/person.ts';
import { chance, randomFrom } from '../simulator/random.ts';

/** Shares of rare circumstances among the people that the model is trained on; as people are drawn they are {@link NATURAL}. */
const TRAINED = { satellite: 0.15, assistive: 0.12, mobile: 0.25 } as const;

/**
 * A person's circumstances in training: what is rare among people is met more often, so that the detectors and the
 * shape functions learn how its people live, and not only that they are few.
 */
export function evenerCircumstances(seed: string): (person: number) => Circumstances {
  return (person) => {
    const random = randomFrom(seed, 'circumstances', person);
    const satellite = chance(random, extra(TRAINED.satellite, NATURAL.satellite));
    const assistive = chance(random, extra(TRAINED.assistive, NATURAL.assistive));
    const mobile = chance(random, extra(TRAINED.mobile, NATURAL.mobile));
    return {
      ...(satellite ? { connection: 'satellite' as const } : {}),
      ...(assistive ? { first: 'assistive' as const } : mobile ? { first: 'mobile' as const } : {}),
    };
  };
}

/** How many people the trained one stands for: calibration weighs circumstances as they are met. */
export function standsFor({ home, devices }: Pick<Person, 'home' | 'devices'>): number {
  const first = devices[0]!.agent.device;
  const satellite = home.kind === 'satellite';
  const assistive = first === 'assistive';
  const among = (natural: number, trained: number, is: boolean) =>
    is ? natural / trained : (1 - natural) / (1 - trained);
  const weight =
    among(NATURAL.satellite, TRAINED.satellite, satellite) *
    among(NATURAL.assistive, TRAINED.assistive, assistive);
  return assistive ? weight : weight * among(NATURAL.mobile, TRAINED.mobile, first === 'mobile');
}

/** Share of people to change so that those drawn so and those changed are `trained` together. */
function extra(trained: number, natural: number): number {
  return (trained - natural) / (1 - natural);
}
