import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { PresentationError } from './presentation-error.ts';
import { MAX_WALLETS, type WalletBinding } from './wallet-binding.ts';

/** Who has a wallet. */
export interface WalletOwner {
  readonly subject: string;
  /** Of the enrolment by which it was taken, ms since 1970. */
  readonly enrolledAt: number;
}

/** What became of an enrolment. */
export type Enrolled = 'enrolled' | 'wallet-of-another-subject' | 'too-many-wallets';

/**
 * The wallets of subjects. A subject's are one record; beside it every holder has a record of whose it is, which is
 * written first and removed last: whatever a crash leaves, no holder ever counts for two subjects.
 */
export interface WalletStore {
  /** All of a subject's bindings, retired ones included, oldest first. */
  of(tenant: string, subject: string): Promise<readonly WalletBinding[]>;
  /** Whose a holder is; undefined when nobody's. */
  ownerOf(tenant: string, holder: string): Promise<WalletOwner | undefined>;
  /**
   * Adds a wallet. One holder is one subject's within a tenant; a wallet that is the subject's already stays as it
   * is, and one that was retired comes back only by proving itself anew.
   */
  enrol(binding: WalletBinding): Promise<Enrolled>;
  /**
   * Ends a binding; ended once, its time stays.
   *
   * @param at ms since 1970.
   * @returns the binding as it is now; undefined when the subject has none of this id.
   */
  retire(tenant: string, subject: string, id: string, at: number): Promise<WalletBinding | undefined>;
  /** Forgets all wallets of a subject. @returns how many */
  forget(tenant: string, subject: string): Promise<number>;
}

/** How long retired bindings are kept, ms: as long as the decisions that relied on them. */
const RETIRED_KEPT_MS = 400 * 86_400_000;

/** After how long a claim that no record of a subject bears out is left by a fault, ms. */
const CLAIM_MS = 2 * 86_400_000;

/** How many times a write that lost a race is tried again on a fresh record. */
const WRITE_ATTEMPTS = 8;

interface Held {
  readonly wallets: readonly WalletBinding[];
  /** 0 where there is no record. */
  readonly version: number;
}

/**
 * The wallets table on DynamoDB.
 *
 * @throws PresentationError `store-unavailable` (503), from every method.
 */
export const walletStore = (client: DynamoDBClient, table: string): WalletStore => {
  const subjectKey = (tenant: string, subject: string) => ({ pk: { S: `s#${tenant}#${subject}` } });
  const holderKey = (tenant: string, holder: string) => ({ pk: { S: `h#${tenant}#${holder}` } });

  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof PresentationError) throw cause;
      throw unavailable('The store of wallets did not answer', cause);
    }
  };
  const read = async (key: Record<string, AttributeValue>) =>
    (await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }))).Item;
  /** False when the condition does not hold. */
  const conditionally = async (command: PutItemCommand | DeleteItemCommand): Promise<boolean> => {
    try {
      await client.send(command as PutItemCommand);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };

  const held = async (tenant: string, subject: string): Promise<Held> => {
    const item = await read(subjectKey(tenant, subject));
    return item?.wallets?.S === undefined
      ? { wallets: [], version: 0 }
      : { wallets: JSON.parse(item.wallets.S) as WalletBinding[], version: Number(item.version?.N) };
  };
  /** Changes a subject's record, losing no concurrent change. `undefined` of `change` leaves it as it is. */
  const change = async <T>(
    tenant: string,
    subject: string,
    changed: (wallets: readonly WalletBinding[]) => { wallets?: readonly WalletBinding[]; result: T },
  ): Promise<T> => {
    for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
      const before = await held(tenant, subject);
      const { wallets, result } = changed(before.wallets);
      if (wallets === undefined) return result;
      const written = await conditionally(
        new PutItemCommand({
          TableName: table,
          Item: {
            ...subjectKey(tenant, subject),
            wallets: { S: JSON.stringify(wallets) },
            version: { N: String(before.version + 1) },
          },
          ...(before.version === 0
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : {
                ConditionExpression: 'version = :version',
                ExpressionAttributeValues: { ':version': { N: String(before.version) } },
              }),
        }),
      );
      if (written) return result;
    }
    throw unavailable('The wallets of the subject are written too often at once');
  };

  const ownerOf = async (tenant: string, holder: string): Promise<WalletOwner | undefined> => {
    const item = await read(holderKey(tenant, holder));
    return item?.subject?.S === undefined
      ? undefined
      : { subject: item.subject.S, enrolledAt: Number(item.enrolledAt?.N) };
  };

  /** Takes a holder for a subject, unless it is another's. What another's retirement left behind is taken over. */
  const claim = async (binding: WalletBinding): Promise<boolean> => {
    const { tenant, subject, holder, enrolledAt } = binding;
    const put = (over: WalletOwner) =>
      conditionally(
        new PutItemCommand({
          TableName: table,
          Item: {
            ...holderKey(tenant, holder),
            subject: { S: subject },
            enrolledAt: { N: String(enrolledAt) },
          },
          ConditionExpression: 'attribute_not_exists(pk) OR (subject = :over AND enrolledAt <= :at)',
          ExpressionAttributeValues: {
            ':over': { S: over.subject },
            ':at': { N: String(over.enrolledAt) },
          },
        }),
      );
    if (await put({ subject, enrolledAt })) return true;
    const owner = await ownerOf(tenant, holder);
    if (owner === undefined) return put({ subject, enrolledAt });
    if (owner.subject === subject) return true;
    const { wallets } = await held(tenant, owner.subject);
    const theirs = wallets.find((one) => one.holder === holder);
    const left =
      theirs === undefined
        ? enrolledAt - owner.enrolledAt > CLAIM_MS
        : theirs.retiredAt !== undefined && theirs.retiredAt >= owner.enrolledAt;
    return left && put(owner);
  };
  const release = async (binding: WalletBinding, until = binding.enrolledAt): Promise<void> => {
    await conditionally(
      new DeleteItemCommand({
        TableName: table,
        Key: holderKey(binding.tenant, binding.holder),
        ConditionExpression: 'subject = :subject AND enrolledAt <= :until',
        ExpressionAttributeValues: { ':subject': { S: binding.subject }, ':until': { N: String(until) } },
      }),
    );
  };

  return {
    of: (tenant, subject) => guarded(async () => (await held(tenant, subject)).wallets),
    ownerOf: (tenant, holder) => guarded(() => ownerOf(tenant, holder)),
    enrol: (binding) =>
      guarded(async () => {
        const { tenant, subject } = binding;
        const first = withBinding((await held(tenant, subject)).wallets, binding);
        if (first.wallets === undefined) return first.result;
        if (!(await claim(binding))) return 'wallet-of-another-subject';
        const result = await change(tenant, subject, (wallets) => withBinding(wallets, binding));
        if (result === 'too-many-wallets') await release(binding);
        return result;
      }),
    retire: (tenant, subject, id, at) =>
      guarded(async () => {
        const retired = await change<WalletBinding | undefined>(tenant, subject, (wallets) => {
          const found = wallets.find((one) => one.id === id);
          if (found === undefined || found.retiredAt !== undefined) return { result: found };
          const ended = { ...found, retiredAt: at };
          return { wallets: wallets.map((one) => (one.id === id ? ended : one)), result: ended };
        });
        if (retired?.retiredAt !== undefined) await release(retired, retired.retiredAt);
        return retired;
      }),
    forget: (tenant, subject) =>
      guarded(async () => {
        const { wallets } = await held(tenant, subject);
        // Whose holders these are first: the record that names them says what is still to be done.
        for (const wallet of wallets) await release(wallet, Number.MAX_SAFE_INTEGER);
        await client.send(new DeleteItemCommand({ TableName: table, Key: subjectKey(tenant, subject) }));
        return wallets.length;
      }),
  };
};

/** A subject's wallets with one more. No wallets come back when they are to stay as they are. */
const withBinding = (
  wallets: readonly WalletBinding[],
  binding: WalletBinding,
): { readonly wallets?: readonly WalletBinding[]; readonly result: Enrolled } => {
  const known = wallets.find(({ holder }) => holder === binding.holder);
  // A message that comes twice must not bring back what was retired in between.
  if (known !== undefined && (known.retiredAt ?? Number.POSITIVE_INFINITY) >= binding.enrolledAt)
    return { result: 'enrolled' };
  const others = wallets.filter(
    ({ holder, retiredAt }) =>
      holder !== binding.holder &&
      (retiredAt === undefined || binding.enrolledAt - retiredAt < RETIRED_KEPT_MS),
  );
  if (others.filter(({ retiredAt }) => retiredAt === undefined).length >= MAX_WALLETS)
    return { result: 'too-many-wallets' };
  return { wallets: [...others, binding], result: 'enrolled' };
};

const unavailable = (message: string, cause?: unknown): PresentationError =>
  new PresentationError('store-unavailable', message, {
    status: 503,
    ...(cause === undefined ? {} : { cause }),
  });
