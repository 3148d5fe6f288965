// What asks wallets, apart from what verifies their answers: the score function bundles the one without the other.
export { parseQuery } from '../dcql-query.ts';
export { walletStore } from '../wallets.store.ts';
export { type AskerSettings, type PresentationAsker, presentationAsker } from './presentation-asker.ts';
