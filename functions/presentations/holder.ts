import { keyOfDid, resolveLocalDid, thumbprintOf } from '../credentials/jose/index.ts';
import type { Pseudonym } from '../platform/index.ts';
import { asksForProof, type CredentialQuery } from './dcql-query.ts';
import { WALLET_SCOPE } from './pseudonym-scope.ts';

/** One presentation of an answer, as far as it tells who holds it. */
export interface Held {
  readonly asked: Pick<CredentialQuery, 'meta'>;
  /** DID of the holder, or the thumbprint of its key (RFC 7638). */
  readonly holder?: string;
  /** Of a zero-knowledge proof. */
  readonly pseudonym?: string;
  /** Whether the presentation's key is a fresh one, as under zero-knowledge proofs. */
  readonly keyIsFresh: boolean;
}

/**
 * The one who presented a whole answer, as a keyed pseudonym: of the verifier-scoped pseudonym that a zero-knowledge
 * proof shows under {@link WALLET_SCOPE}, otherwise of the holder's key. Credentials that several people show together
 * have no such holder, nor has a proof without that pseudonym: both could be lent.
 *
 * A key has one name in all formats, so that a wallet is the same whichever credential it shows.
 *
 * @param pseudonym of the tenant: nothing links a wallet across tenants.
 * @example
 * ```ts
 * await holderOf([{ asked, holder: thumbprint, keyIsFresh: false }], pseudonymsFor(secret, tenant)); // 'pq0c…'
 * ```
 */
export const holderOf = async (all: readonly Held[], pseudonym: Pseudonym): Promise<string | undefined> => {
  const [first, ...others] = await Promise.all(all.map(nameOf));
  if (first === undefined || others.some((other) => other !== first)) return undefined;
  return pseudonym('holder', first);
};

const nameOf = async ({ asked, holder, pseudonym, keyIsFresh }: Held): Promise<string | undefined> => {
  if (keyIsFresh) {
    const scoped = asksForProof(asked.meta) && asked.meta.pseudonym_scope === WALLET_SCOPE;
    return scoped && pseudonym !== undefined ? `zk:${pseudonym}` : undefined;
  }
  if (holder === undefined) return undefined;
  if (!holder.startsWith('did:')) return `jkt:${holder}`;
  if (!/^did:(key|jwk):/.test(holder)) return holder;
  try {
    return `jkt:${thumbprintOf(await keyOfDid(holder, undefined, 'authentication', resolveLocalDid))}`;
  } catch {
    // A key that signs no tokens has no thumbprint here, and the DID is as good a name for it.
    return holder;
  }
};
