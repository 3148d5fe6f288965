import { PresentationError } from './presentation-error.ts';
import type { Enrolment } from './presentation-result.ts';
import type { StoredPresentation } from './presentations.store.ts';
import { walletBindingId } from './wallet-binding.ts';
import type { WalletStore } from './wallets.store.ts';

/** What finishing an enrolment works with. */
export interface EnrolmentDeps {
  readonly wallets: Pick<WalletStore, 'enrol'>;
}

/**
 * Enrols the wallet that answered an enrolment's request, or says why not. It can be called again, and comes to the
 * same: what it writes follows from the request and its answer alone.
 *
 * @returns what is to be kept with the request, by `PresentationStore.announced`.
 * @throws PresentationError `request-invalid` when the request is not for an enrolment, or was not answered;
 * `store-unavailable`
 */
export const finishEnrolment = async (
  { wallets }: EnrolmentDeps,
  { request, outcome }: StoredPresentation,
): Promise<Exclude<Enrolment, { status: 'pending' }>> => {
  const { concerns, tenant } = request;
  if (concerns?.kind !== 'enrolment')
    throw new PresentationError('request-invalid', 'The request enrols no wallet', { status: 422 });
  if (outcome === undefined) return { status: 'refused', reason: 'presentation-rejected' };
  const [credential] = outcome.credentials;
  if (outcome.holder === undefined || credential === undefined)
    return { status: 'refused', reason: 'holder-unproved' };
  const { subject, by } = concerns;
  const id = walletBindingId(tenant, subject, outcome.holder);
  const enrolled = await wallets.enrol({
    id,
    tenant,
    subject,
    holder: outcome.holder,
    format: credential.format,
    enrolledAt: outcome.verifiedAt,
    enrolledBy: by,
  });
  return enrolled === 'enrolled'
    ? { status: 'enrolled', wallet: id }
    : { status: 'refused', reason: enrolled };
};
