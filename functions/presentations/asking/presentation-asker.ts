import { randomBytes } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { CLIENT_SETTINGS, kmsSigningKey, recoverable } from '../../platform/index.ts';
import { newRequest, type RequestSettings } from '../new-request.ts';
import { type Concern, requestUris } from '../presentation-request.ts';
import { presentationStore } from '../presentations.store.ts';
import { authorizationLink } from '../request-object.ts';
import { verifierIdentity } from '../verifier-identity.ts';

/** What a deployment says about the requests that Countersign itself makes. */
export interface AskerSettings {
  readonly PRESENTATIONS_TABLE: string;
  readonly PUBLIC_URL: string;
  readonly SIGNING_KEY_ARN: string;
  readonly SIGNING_CERTIFICATES: readonly string[];
  readonly VERIFIER_DID?: string | undefined;
  readonly CLIENT_ID_PREFIX: RequestSettings['clientIdPrefix'];
}

/** A request that was made, as whoever hands it to a wallet needs it. */
export interface MadeRequest {
  /** Under which the app reads the result. */
  readonly id: string;
  readonly authorization_request: string;
  /** Absent where the request is not signed. */
  readonly request_uri?: string;
  readonly page_uri: string;
  /** ISO 8601. */
  readonly expires_at: string;
}

/** Asks a wallet on behalf of Countersign. */
export type PresentationAsker = (
  tenant: string,
  asked: { readonly purpose: string; readonly dcql_query: Readonly<Record<string, unknown>> },
  concerns: Concern,
) => Promise<MadeRequest>;

/**
 * Makes requests that concern something of Countersign's own: stored, encrypted to a key of their own, for the
 * cross-device flow. Made once for a process; the signing key's public half is read at the first request.
 */
export const presentationAsker = (
  settings: AskerSettings,
  dynamodb: Parameters<typeof presentationStore>[0],
): PresentationAsker => {
  const store = presentationStore(dynamodb, settings.PRESENTATIONS_TABLE, Date.now);
  const key = kmsSigningKey(new KMSClient(CLIENT_SETTINGS), settings.SIGNING_KEY_ARN, 'ES256');
  const identity = recoverable(() =>
    verifierIdentity(key, { did: settings.VERIFIER_DID, certificates: settings.SIGNING_CERTIFICATES }),
  );
  return async (tenant, asked, concerns) => {
    const made: RequestSettings = {
      publicUrl: settings.PUBLIC_URL,
      identity: await identity(),
      clientIdPrefix: settings.CLIENT_ID_PREFIX,
      appOrigins: [],
    };
    const { appId, request } = newRequest(asked, tenant, made, randomBytes, Date.now(), concerns);
    await store.insert(request);
    const uris = requestUris(settings.PUBLIC_URL, request.walletId);
    return {
      id: appId,
      authorization_request: authorizationLink(request, uris),
      ...(request.clientId.startsWith('redirect_uri:') ? {} : { request_uri: uris.requestUri }),
      page_uri: uris.pageUri,
      expires_at: new Date(request.expiresAt).toISOString(),
    };
  };
};
