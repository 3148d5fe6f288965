import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { base64urlBytes, isObject, TokenError } from '../credentials/jose/index.ts';
import type { GetDocument } from '../credentials/remote/index.ts';
import { StatusList } from '../credentials/statement/index.ts';
import type { VerifyList } from '../credentials/status/index.ts';
import type { TrustedIssuer } from '../credentials/trust/index.ts';
import type { StatusInForce } from '../credentials/zk/index.ts';

/** For how long after a list has changed a proof about the one before is taken, ms: wallets keep copies too. */
const GRACE_MS = 600_000;

/** Most lists whose roots are remembered. */
const MAX_REMEMBERED = 64;

/** Bytes of a list that the circuit proves about: 131,072 entries of one bit. */
const LIST_BYTES = 16_384;

/**
 * The status lists that a zero-knowledge proof may be about: each read, verified, and made into the root that the
 * proof must name. A wallet's word for a root is not taken.
 *
 * @param clock ms since 1970.
 */
export const zkStatuses = (get: GetDocument, clock: () => number) => {
  const roots = new Map<string, bigint>();
  const earlier = new Map<string, { readonly root: bigint; readonly replacedAt: number }>();
  const current = new Map<string, bigint>();
  let empty: bigint | undefined;

  const rootOf = (encodedList: unknown): bigint => {
    if (typeof encodedList !== 'string' || encodedList[0] !== 'u')
      throw new TokenError('token-malformed', 'A status list is not in multibase base64url');
    const digest = createHash('sha256').update(encodedList).digest('base64url');
    const known = roots.get(digest);
    if (known !== undefined) return known;
    let bytes: Buffer;
    try {
      bytes = gunzipSync(base64urlBytes(encodedList.slice(1)), { maxOutputLength: LIST_BYTES + 1 });
    } catch (cause) {
      throw new TokenError('token-malformed', 'A status list cannot be unfolded', cause);
    }
    const { root } = new StatusList(bytes);
    if (roots.size >= MAX_REMEMBERED) roots.clear();
    roots.set(digest, root);
    return root;
  };

  return async (issuer: TrustedIssuer, verifyList: VerifyList): Promise<StatusInForce[]> => {
    const lists = issuer.statusLists ?? [];
    if (lists.length === 0) {
      empty ??= StatusList.empty().root;
      return [{ status: null, root: empty }];
    }
    const inForce: StatusInForce[] = [];
    for (const status of lists) {
      const { body } = await get(status.list, 'application/vc, application/vc+jwt;q=0.9');
      const list = await verifyList(body, clock());
      const subject = list.credential.credentialSubject;
      const right =
        list.issuer === issuer.issuer &&
        isObject(subject) &&
        [subject.statusPurpose].flat().includes(status.purpose);
      if (!right) throw new TokenError('key-unknown', 'A status list is not the one of the issuer');
      const root = rootOf(subject.encodedList);
      const name = `${status.list} ${status.purpose}`;
      const before = current.get(name);
      if (before !== undefined && before !== root) earlier.set(name, { root: before, replacedAt: clock() });
      current.set(name, root);
      inForce.push({ status, root });
      const last = earlier.get(name);
      if (last !== undefined && clock() - last.replacedAt < GRACE_MS)
        inForce.push({ status, root: last.root });
    }
    return inForce;
  };
};
