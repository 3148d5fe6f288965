import * as z from 'zod';
import {
  type TrustedIssuer as Trusted,
  trustedIssuerSchema,
} from '../../functions/credentials/trust/index.ts';
import { browserAnswerSchema, type NewRequestAnswer } from '../../functions/presentations/app-api.ts';
import { newRequestSchema } from '../../functions/presentations/new-request.ts';
import type { PresentationResult as Result } from '../../functions/presentations/presentation-result.ts';

const moment = z.iso.datetime();

const PresentationRequested = z.object({
  id: z.string().describe('Under this id the app, and nobody else, reads the result'),
  expires_at: moment.describe('No answer is taken afterwards'),
  authorization_request: z.string().exactOptional().describe('Link that starts a wallet on this device'),
  page_uri: z
    .url()
    .exactOptional()
    .describe('Page with the link and a QR code; it says what is asked, and waits'),
  request_uri: z.url().exactOptional().describe('Where the wallet fetches the signed request'),
  qr_code: z
    .string()
    .exactOptional()
    .describe('The link as a QR code, SVG; absent where the link is too long for one'),
  dc_request: z
    .object({ protocol: z.string(), data: z.unknown() })
    .exactOptional()
    .describe('For `navigator.credentials.get({digital: {requests: [dc_request]}})`'),
}) satisfies z.ZodType<NewRequestAnswer>;

const PresentationResult = z.object({
  status: z.enum(['pending', 'verified', 'rejected', 'expired']),
  credentials: z.array(
    z.object({
      id: z.string().describe('Of the credential query that it answers'),
      format: z.string(),
      issuer: z.string(),
      type: z.string(),
      claims: z.record(z.string(), z.unknown()).describe('What was disclosed, and nothing else'),
      predicates: z.array(z.unknown()).exactOptional().describe('What was proved of values that stay hidden'),
      status: z
        .enum(['valid', 'not-checked', 'unavailable'])
        .describe('`not-checked`: the credential has no status'),
      statusMessages: z
        .array(z.string())
        .exactOptional()
        .describe("What the issuer's status lists say beside"),
    }),
  ),
  pseudonym: z
    .string()
    .exactOptional()
    .describe('Stable for one holder and this verifier, where the format proves one'),
  enrolment: z
    .discriminatedUnion('status', [
      z.object({ status: z.literal('pending') }),
      z.object({ status: z.literal('enrolled'), wallet: z.string().describe('Its id') }),
      z.object({
        status: z.literal('refused'),
        reason: z.enum([
          'presentation-rejected',
          'holder-unproved',
          'wallet-of-another-subject',
          'too-many-wallets',
        ]),
      }),
    ])
    .exactOptional()
    .describe('What became of the wallet that answered, where the request enrols one'),
  reason: z
    .string()
    .exactOptional()
    .describe('Code of why the request closed, or why the last answer was refused while it still waits'),
}) satisfies z.ZodType<Result>;

const TrustedIssuer = trustedIssuerSchema.extend({
  issuer: z.string().describe('DID, `https` URL, or `aki:` and the identifier of an authority’s key'),
}) satisfies z.ZodType<Trusted>;

/** What a wallet posts to the request URI; read by hand, as the members of a form. */
const WalletNonce = z.object({
  wallet_nonce: z
    .string()
    .min(1)
    .max(512)
    .optional()
    .describe('Comes back in the request, to show that it is fresh'),
  wallet_metadata: z.string().max(16_384).optional().describe('JSON: what the wallet can do'),
});

/** What a wallet posts to the response URI; read by hand, as the members of a form. */
const WalletResponse = z
  .object({
    response: z.string().optional().describe('JWE of the answer, where encryption was asked for'),
    vp_token: z.string().optional().describe('JSON: arrays of presentations by id of the credential query'),
    state: z.string().optional().describe('That of the request, where the answer is not encrypted'),
    error: z.string().optional().describe('Why there is no presentation'),
  })
  .describe('OpenID4VP 1.0 §8.2 (`direct_post`) and §8.3.1 (`direct_post.jwt`)');

/** What apps, wallets and operators send and are told of presentations. */
export const PRESENTATION_SCHEMAS = {
  NewPresentationRequest: newRequestSchema,
  PresentationRequested,
  PresentationResult,
  BrowserAnswer: browserAnswerSchema,
  WalletNonce,
  WalletResponse,
  WalletAnswered: z.object({
    redirect_uri: z
      .url()
      .exactOptional()
      .describe('Where the wallet sends the person, in the same-device flow'),
  }),
  PresentationStatus: z.object({ status: PresentationResult.shape.status }),
  NewTrustedIssuer: trustedIssuerSchema,
  TrustedIssuer,
  TrustedIssuers: z.object({ issuers: z.array(z.string()) }),
  DidDocument: z.looseObject({ id: z.string() }),
};
