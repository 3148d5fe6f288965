import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Review } from './review.ts';

const MAC_BYTES = 16;

type Signed = Pick<Review, 'tenant' | 'id' | 'openedAt' | 'deadline'>;

const macOf = (secret: string, { tenant, id, openedAt, deadline }: Signed): Buffer =>
  createHmac('sha256', new Uint8Array(hkdfSync('sha256', secret, '', 'countersign/dispute-reference', 32)))
    .update(JSON.stringify([tenant, id, openedAt, deadline]))
    .digest()
    .subarray(0, MAC_BYTES);

/**
 * The reference of a dispute, signed: `<id>.<mac>`, the first 16 bytes of an HMAC-SHA-256 over tenant, id, when it was
 * opened and when it is due. Who holds one can show that it was given here, for this dispute with this deadline.
 *
 * @param secret of the deployment; the key is derived from it for this use only.
 */
export const disputeReference = (secret: string, dispute: Signed): string =>
  `${dispute.id}.${macOf(secret, dispute).toString('base64url')}`;

/** The dispute's id in a reference that looks like one; undefined otherwise. Nothing is verified by this. */
export const disputeIdIn = (reference: string): string | undefined =>
  /^(d-[\w-]{27})\.[\w-]{22}$/.exec(reference)?.[1];

/** Whether a reference was given here for this very dispute. */
export const isReferenceOf = (secret: string, reference: string, dispute: Signed): boolean => {
  const mac = reference.slice(dispute.id.length + 1);
  const given = Buffer.from(mac, 'base64url');
  const wanted = macOf(secret, dispute);
  // The canonical writing only: base64url has spare bits that would make one reference many.
  return (
    given.length === wanted.length && given.toString('base64url') === mac && timingSafeEqual(given, wanted)
  );
};
