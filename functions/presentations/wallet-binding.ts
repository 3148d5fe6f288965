import { createHash } from 'node:crypto';

/** A wallet that is enrolled for a subject: who presents as its holder is the subject. */
export interface WalletBinding {
  /** {@link walletBindingId}: one for a subject and a holder. */
  readonly id: string;
  readonly tenant: string;
  /** Keyed pseudonym of the subject. */
  readonly subject: string;
  /** Keyed pseudonym of the holder, as {@link Outcome.holder} has it. No key and no identifier is kept. */
  readonly holder: string;
  /** Format in which the wallet presented. */
  readonly format: string;
  /** When the wallet proved itself, ms since 1970. */
  readonly enrolledAt: number;
  readonly enrolledBy: 'session' | 'operator';
  /** When it was lost or replaced, ms since 1970; absent while it counts. */
  readonly retiredAt?: number;
}

/** Most wallets that a subject has at a time. */
export const MAX_WALLETS = 8;

/**
 * The binding by which a holder is this subject's at a time: enrolled before it, and not retired.
 *
 * @param bindings of one subject, as `WalletStore.of` gives them.
 * @param at ms since 1970: when the event happened that is judged.
 * @example
 * ```ts
 * const own = enrolledBefore(await wallets.of(tenant, subject), outcome.holder, event.time) !== undefined;
 * ```
 */
export const enrolledBefore = (
  bindings: readonly WalletBinding[],
  holder: string | undefined,
  at: number,
): WalletBinding | undefined =>
  bindings.find(
    (binding) => binding.holder === holder && binding.enrolledAt < at && binding.retiredAt === undefined,
  );

/** The id of a binding: one for a subject and a holder, and nothing can be told from it. */
export const walletBindingId = (tenant: string, subject: string, holder: string): string =>
  createHash('sha256')
    .update(JSON.stringify([tenant, subject, holder]))
    .digest('base64url')
    .slice(0, 22);
