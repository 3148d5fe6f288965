import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { BaselineError, baselineIn, baselineItem, velocityIn } from '../../functions/baselines/index.ts';
import { LocalModeError } from './machine.ts';
import type { LocalTemplate } from './template.ts';

/** How many records are looked at. Records of one table are of one age: a few tell. */
const LOOKED_AT = 200;

/**
 * Whether what an earlier start kept can still be read. Deployed data is migrated; local data is for trying, and a
 * release may change its format: that has to be said here, and not by a decision that fails.
 *
 * @param dynamodb where the tables are.
 * @throws LocalModeError `state-outdated`, naming the option that drops it.
 */
export const checkKeptState = async (template: LocalTemplate, dynamodb: string): Promise<void> => {
  const table = template
    .ofType('AWS::DynamoDB::Table')
    .find(({ logicalId }) => logicalId.includes('Baselines'));
  if (!table) return;
  const client = new DynamoDBClient({
    endpoint: dynamodb,
    region: template.place.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  try {
    const { Items = [] } = await client.send(new ScanCommand({ TableName: table.ref, Limit: LOOKED_AT }));
    for (const item of Items) {
      const record = baselineItem(item, 0);
      if (item.pk?.S?.startsWith('v#')) velocityIn(record);
      else baselineIn(record);
    }
  } catch (cause) {
    if (!(cause instanceof BaselineError)) throw cause;
    throw new LocalModeError(
      'state-outdated',
      'The local data is of an older format than this release reads. Drop it with npm start -- --fresh, or keep it and start elsewhere with --state <folder>',
      { cause },
    );
  } finally {
    client.destroy();
  }
};
