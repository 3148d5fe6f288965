import encodeQR from 'qr';
import * as z from 'zod';
import type { newRequest, RequestSettings } from './new-request.ts';
import { isBrowserMode, requestUris } from './presentation-request.ts';
import { authorizationLink, requestParameters, signedRequestObject } from './request-object.ts';

/** The body of `POST /v1/presentation-requests/{id}/dc-response`. */
export const browserAnswerSchema = z.strictObject({
  /** Origin of the page that called the browser's API. */
  origin: z.url().max(2_048),
  /** `data` of the `DigitalCredential` that the browser gave. */
  data: z.record(z.string(), z.unknown()),
});

/** What an app is answered that asked for a presentation. */
export interface NewRequestAnswer {
  readonly id: string;
  readonly expires_at: string;
  /** Starts a wallet on this device. */
  readonly authorization_request?: string;
  /** `https` page with the link and a QR code; it says what is asked, and waits. */
  readonly page_uri?: string;
  readonly request_uri?: string;
  /** The link as a QR code, SVG. */
  readonly qr_code?: string;
  /** For `navigator.credentials.get({digital: {requests: [dc_request]}})`. */
  readonly dc_request?: { readonly protocol: string; readonly data: unknown };
}

/** A link as a QR code in SVG, with the quiet zone that scanners need. */
export const qrCode = (link: string): string => encodeQR(link, 'svg', { ecc: 'low', border: 4 });

/** Largest link that is worth a QR code: denser codes do not scan from a screen. */
const MAX_QR_LINK = 1_200;

/** How the browser's API names the two forms of a request (OpenID4VP 1.0 §A.1). */
const PROTOCOLS = { signed: 'openid4vp-v1-signed', unsigned: 'openid4vp-v1-unsigned' } as const;

/** What the app needs to start a wallet on the new request. */
export const newRequestAnswer = async (
  { appId, request }: ReturnType<typeof newRequest>,
  { publicUrl, identity }: RequestSettings,
  now: number,
): Promise<NewRequestAnswer> => {
  const common = { id: appId, expires_at: new Date(request.expiresAt).toISOString() };
  const uris = requestUris(publicUrl, request.walletId);
  const unsigned = request.clientId.startsWith('redirect_uri:');
  if (isBrowserMode(request.responseMode)) {
    const dc_request = unsigned
      ? { protocol: PROTOCOLS.unsigned, data: requestParameters(request, uris.responseUri) }
      : {
          protocol: PROTOCOLS.signed,
          data: { request: await signedRequestObject(request, identity, uris.responseUri, now) },
        };
    return { ...common, dc_request };
  }
  const link = authorizationLink(request, uris);
  return {
    ...common,
    authorization_request: link,
    page_uri: uris.pageUri,
    ...(unsigned ? {} : { request_uri: uris.requestUri }),
    ...(link.length <= MAX_QR_LINK ? { qr_code: qrCode(link) } : {}),
  };
};
