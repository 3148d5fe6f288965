import { recoverable } from '../platform/index.ts';
import type { AskerSettings } from '../presentations/asking/index.ts';
import type { AskWallet } from './ask-wallet.ts';

type Asking = typeof import('../presentations/asking/index.ts');

/** What a deployment says about the wallets that are asked because of a decision. */
export interface LazyAskerSettings extends AskerSettings {
  readonly WALLETS_TABLE: string;
}

/**
 * Asks wallets by the verifier. What that takes is loaded when it is first needed: most decisions ask nobody, and a
 * cold start is not to wait for it.
 */
export const lazyAsker = (
  settings: LazyAskerSettings,
  dynamodb: Parameters<Asking['walletStore']>[0],
): AskWallet & { readonly prepare: () => Promise<void> } => {
  const load = async () => {
    const { presentationAsker, walletStore } = await import('../presentations/asking/index.ts');
    return {
      ask: presentationAsker(settings, dynamodb),
      wallets: walletStore(dynamodb, settings.WALLETS_TABLE),
    };
  };
  let loading: (() => ReturnType<typeof load>) | undefined;
  const parts = () => {
    loading ??= recoverable(load);
    return loading();
  };
  return {
    prepare: async () => {
      await parts();
    },
    hasWallet: async ({ tenant, subject }) => {
      const bindings = await (await parts()).wallets.of(tenant, subject);
      return bindings.some(({ retiredAt }) => retiredAt === undefined);
    },
    request: async ({ tenant, eventId, subject }, asked) =>
      (await parts()).ask(tenant, asked, { kind: 'decision', eventId, subject }),
  };
};
