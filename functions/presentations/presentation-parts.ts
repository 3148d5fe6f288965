import { SQSClient } from '@aws-sdk/client-sqs';
import { trustedIssuerStore } from '../credentials/trust/index.ts';
import { CLIENT_SETTINGS, queueSender, secretReader } from '../platform/index.ts';
import type { Answered } from './announce.ts';
import { answerDeps } from './answer-deps.ts';
import type { AnsweringDeps } from './answer-request.ts';
import { type RequestParts, type RequestPartsSettings, requestParts } from './request-parts.ts';
import type { VerificationSettings } from './verification-deps.ts';

/** What a deployment says about presentations. */
export interface PresentationSettings extends VerificationSettings, RequestPartsSettings {
  readonly ISSUERS_TABLE: string;
  readonly PUBLIC_URL: string;
  readonly PSEUDONYM_SECRET_ARN: string;
  readonly ANSWERED_QUEUE_URL: string;
}

/** One attempt and a second: a wallet waits, and the sweeper makes up for what is lost. */
const ANNOUNCE_SETTINGS = {
  ...CLIENT_SETTINGS,
  maxAttempts: 1,
  requestHandler: { ...CLIENT_SETTINGS.requestHandler, requestTimeout: 1_000 },
} as const;

/** What the apps' and the wallets' function have in common. */
export interface PresentationParts extends RequestParts {
  readonly answering: AnsweringDeps;
}

/** Made once for a process. */
export const presentationParts = (
  settings: PresentationSettings,
  dynamodb: Parameters<typeof requestParts>[1],
): PresentationParts => {
  const parts = requestParts(settings, dynamodb);
  return {
    ...parts,
    answering: answerDeps(
      {
        store: parts.store,
        issuers: trustedIssuerStore(dynamodb, settings.ISSUERS_TABLE),
        secret: secretReader(settings.PSEUDONYM_SECRET_ARN),
        send: queueSender<Answered>(new SQSClient(ANNOUNCE_SETTINGS), settings.ANSWERED_QUEUE_URL),
      },
      settings,
    ),
  };
};
