import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { CountersignError } from '../../functions/platform/errors.ts';
import type { LocalResource } from './template.ts';

/** The tables cannot be kept here: `database-in-use`, `database-failed`, `table-changed`, `table-refused`. */
export class DynamodbError extends CountersignError {
  override readonly name = 'DynamodbError';
}

/** Where tables are kept. */
export interface DynamodbOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** LevelDB folder; without one, tables are gone with the process. */
  readonly directory?: string;
}

/** A running DynamoDB. */
export interface Dynamodb {
  /** `http://127.0.0.1:4002` */
  readonly endpoint: string;
  /** Names of tables that had to be made; the others were there, with their data. */
  readonly created: readonly string[];
  /** Finishes what is being written, and closes the files. */
  close(): Promise<void>;
}

interface KeyPart {
  readonly AttributeName: string;
  readonly KeyType: string;
}

interface IndexDefinition {
  readonly IndexName: string;
  readonly KeySchema: readonly KeyPart[];
  readonly Projection: { readonly ProjectionType?: string; readonly NonKeyAttributes?: readonly string[] };
}

interface TableDefinition {
  readonly TableName: string;
  readonly KeySchema: readonly KeyPart[];
  readonly AttributeDefinitions: readonly {
    readonly AttributeName: string;
    readonly AttributeType: string;
  }[];
  readonly GlobalSecondaryIndexes?: readonly IndexDefinition[];
  readonly LocalSecondaryIndexes?: readonly IndexDefinition[];
}

type Dynalite = (options: Record<string, unknown>) => Server;

/**
 * Starts dynalite on the loopback interface and makes the template's tables in it.
 *
 * Named deviations of dynalite: no transactions, no streams, and items past their time to live stay, as they
 * may for two days in DynamoDB.
 *
 * @param options.directory is of one process at a time; the caller sees to that, as dynalite does not.
 * @throws DynamodbError `database-in-use` when the port is taken; `table-changed` when a kept table has other
 * keys or indexes than the template.
 * @example
 * ```ts
 * const database = await startDynamodb(template.ofType('AWS::DynamoDB::Table'), {
 *   port: 4002, directory: '.local/dynamodb' });
 * ```
 */
export async function startDynamodb(
  tables: readonly LocalResource[],
  options: DynamodbOptions,
): Promise<Dynamodb> {
  // @ts-expect-error dynalite has no type declarations
  const { default: dynalite } = (await import('dynalite')) as { default: Dynalite };
  if (options.directory) mkdirSync(options.directory, { recursive: true });
  const server = dynalite({
    createTableMs: 0,
    updateTableMs: 0,
    deleteTableMs: 0,
    ...(options.directory ? { path: options.directory } : {}),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new DynamodbError('database-in-use', `Port ${options.port} is taken`, { cause })),
    );
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number };
  const endpoint = `http://127.0.0.1:${port}`;
  const close = () =>
    new Promise<void>((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()));
      server.closeAllConnections();
    });
  try {
    const created: string[] = [];
    for (const table of tables) if (await makeTable(endpoint, definitionOf(table))) created.push(table.ref);
    return { endpoint, created, close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

/** @returns whether it had to be made. */
async function makeTable(endpoint: string, wanted: TableDefinition): Promise<boolean> {
  const found = await call(endpoint, 'DescribeTable', { TableName: wanted.TableName });
  if (found.status === 200) {
    const kept = (found.body as { Table: TableDefinition }).Table;
    if (fingerprint(kept) === fingerprint(wanted)) return false;
    const message = `The kept table ${wanted.TableName} has other keys or indexes than the template: start with --fresh to drop local data`;
    throw new DynamodbError('table-changed', message);
  }
  const made = await call(endpoint, 'CreateTable', { ...wanted, BillingMode: 'PAY_PER_REQUEST' });
  if (made.status !== 200) {
    const reason = (made.body as { message?: string }).message ?? `status ${made.status}`;
    throw new DynamodbError('table-refused', `${wanted.TableName}: ${reason}`);
  }
  // Even at once, dynalite makes a table in a later turn of its loop.
  for (;;) {
    const { body } = await call(endpoint, 'DescribeTable', { TableName: wanted.TableName });
    if ((body as { Table: { TableStatus: string } }).Table.TableStatus === 'ACTIVE') return true;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function definitionOf({ ref, properties }: LocalResource): TableDefinition {
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, LocalSecondaryIndexes } =
    properties as unknown as TableDefinition;
  const index = ({ IndexName, KeySchema, Projection }: IndexDefinition) => ({
    IndexName,
    KeySchema,
    Projection,
  });
  return {
    TableName: ref,
    KeySchema,
    AttributeDefinitions,
    ...(GlobalSecondaryIndexes ? { GlobalSecondaryIndexes: GlobalSecondaryIndexes.map(index) } : {}),
    ...(LocalSecondaryIndexes ? { LocalSecondaryIndexes: LocalSecondaryIndexes.map(index) } : {}),
  };
}

/** The parts that cannot change without loss, in one order. */
function fingerprint(table: TableDefinition): string {
  const key = (schema: readonly KeyPart[]) =>
    schema.map(({ AttributeName, KeyType }) => {
      const type = table.AttributeDefinitions.find((attribute) => attribute.AttributeName === AttributeName);
      return [AttributeName, KeyType, type?.AttributeType];
    });
  const indexes = (list: readonly IndexDefinition[] = []) =>
    list
      .map(({ IndexName, KeySchema, Projection }) => [
        IndexName,
        key(KeySchema),
        Projection.ProjectionType,
        [...(Projection.NonKeyAttributes ?? [])].sort(),
      ])
      .sort((left, right) => (String(left[0]) < String(right[0]) ? -1 : 1));
  const { KeySchema, GlobalSecondaryIndexes, LocalSecondaryIndexes } = table;
  return JSON.stringify([key(KeySchema), indexes(GlobalSecondaryIndexes), indexes(LocalSecondaryIndexes)]);
}

/** One call of the wire protocol: the client library would cost start-up time for two operations. */
async function call(endpoint: string, operation: string, input: unknown) {
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        'x-amz-date': date,
        authorization: `AWS4-HMAC-SHA256 Credential=local/${date.slice(0, 8)}/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify(input),
    });
    const body: unknown = await response.json();
    if (response.status < 500) return { status: response.status, body };
    throw new DynamodbError(
      'database-failed',
      'The local database is damaged: start with --fresh to drop it',
    );
  } catch (cause) {
    if (cause instanceof DynamodbError) throw cause;
    throw new DynamodbError('database-failed', 'The local database does not answer', { cause });
  }
}
