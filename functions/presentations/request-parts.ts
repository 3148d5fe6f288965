import { KMSClient } from '@aws-sdk/client-kms';
import { CLIENT_SETTINGS, kmsSigningKey, recoverable } from '../platform/index.ts';
import { type PresentationStore, presentationStore } from './presentations.store.ts';
import { type VerifierIdentity, verifierIdentity } from './verifier-identity.ts';

/** What a deployment says about requests. */
export interface RequestPartsSettings {
  readonly PRESENTATIONS_TABLE: string;
  readonly SIGNING_KEY_ARN: string;
  readonly SIGNING_CERTIFICATES: readonly string[];
  readonly VERIFIER_DID?: string | undefined;
}

/** What every function works with that makes requests. */
export interface RequestParts {
  readonly store: PresentationStore;
  /** Who asks. The signing key is being read already. */
  readonly identity: () => Promise<VerifierIdentity>;
}

/** Made once for a process. */
export const requestParts = (
  settings: RequestPartsSettings,
  dynamodb: Parameters<typeof presentationStore>[0],
): RequestParts => {
  const key = kmsSigningKey(new KMSClient(CLIENT_SETTINGS), settings.SIGNING_KEY_ARN, 'ES256');
  return {
    store: presentationStore(dynamodb, settings.PRESENTATIONS_TABLE, Date.now),
    identity: recoverable(() =>
      verifierIdentity(key, { did: settings.VERIFIER_DID, certificates: settings.SIGNING_CERTIFICATES }),
    ),
  };
};
