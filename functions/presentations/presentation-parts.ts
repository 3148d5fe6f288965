import { KMSClient } from '@aws-sdk/client-kms';
import { trustedIssuerStore } from '../credentials/trust/index.ts';
import { CLIENT_SETTINGS, kmsSigningKey, recoverable } from '../platform/index.ts';
import { answerDeps } from './answer-deps.ts';
import type { AnsweringDeps } from './answer-request.ts';
import { type PresentationStore, presentationStore } from './presentations.store.ts';
import type { VerificationSettings } from './verification-deps.ts';
import { type VerifierIdentity, verifierIdentity } from './verifier-identity.ts';

/** What a deployment says about presentations. */
export interface PresentationSettings extends VerificationSettings {
  readonly PRESENTATIONS_TABLE: string;
  readonly ISSUERS_TABLE: string;
  readonly PUBLIC_URL: string;
  readonly SIGNING_KEY_ARN: string;
  readonly SIGNING_CERTIFICATES: readonly string[];
  readonly VERIFIER_DID?: string | undefined;
}

/** What the apps' and the wallets' function have in common. */
export interface PresentationParts {
  readonly store: PresentationStore;
  /** Who asks. The signing key is being read already. */
  readonly identity: () => Promise<VerifierIdentity>;
  readonly answering: AnsweringDeps;
}

/** Made once for a process. */
export const presentationParts = (
  settings: PresentationSettings,
  dynamodb: Parameters<typeof presentationStore>[0],
): PresentationParts => {
  const store = presentationStore(dynamodb, settings.PRESENTATIONS_TABLE, Date.now);
  const key = kmsSigningKey(new KMSClient(CLIENT_SETTINGS), settings.SIGNING_KEY_ARN, 'ES256');
  return {
    store,
    identity: recoverable(() =>
      verifierIdentity(key, { did: settings.VERIFIER_DID, certificates: settings.SIGNING_CERTIFICATES }),
    ),
    answering: answerDeps(store, trustedIssuerStore(dynamodb, settings.ISSUERS_TABLE), settings),
  };
};
