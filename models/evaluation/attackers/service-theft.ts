import { eventOf } from '../../simulator/event.ts';
import { pick } from '../../simulator/random.ts';
import { PROGRAM_COVERAGE } from '../../simulator/service-account.ts';
import type { Attacker } from './attacker.ts';

/** A program's key found in a repository, used by hand from a rented server with a cloud vendor's tool. */
export const serviceTheft: Attacker = (stage) => {
  const { random, book } = stage;
  const victim = pick(random, stage.services);
  const { ip } = random() < 0.7 ? book.rented(random) : book.abroad(random, 'none');
  const userAgent = pick(random, [
    'aws-cli/2.31.0 md/awscrt#0.28.1 ua/2.1 os/macos#25.0',
    'Boto3/1.41.2 md/Botocore#1.41.2',
    'curl/8.9.1',
    victim.agent.at(stage.time),
  ]);
  return [
    eventOf(
      {
        id: `${stage.name}.0`,
        time: stage.time,
        tenant: stage.tenant,
        subject: { id: victim.id, kind: 'service', roles: ['service'] },
        outcome: 'success',
        factors: [victim.factor],
        ip,
        userAgent,
        application: random() < 0.5 ? victim.target : pick(random, ['identity', 'storage', 'compute']),
      },
      PROGRAM_COVERAGE,
    ),
  ];
};
