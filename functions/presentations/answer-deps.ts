import { randomBytes } from 'node:crypto';
import type { TrustedIssuerStore } from '../credentials/trust/index.ts';
import { countMetric, logger, pseudonymsFor } from '../platform/index.ts';
import type { Answered } from './announce.ts';
import type { AnsweringDeps } from './answer-request.ts';
import { jwtVcVerifier, sdJwtVerifier } from './formats.ts';
import { mdocVerifier } from './mdoc-format.ts';
import type { PresentationStore } from './presentations.store.ts';
import { type VerificationSettings, verificationDeps } from './verification-deps.ts';

/** What taking answers needs of other services. */
export interface AnswerServices {
  readonly store: PresentationStore;
  readonly issuers: TrustedIssuerStore;
  /** Key of pseudonyms. */
  readonly secret: () => Promise<string>;
  readonly send: (message: Answered) => Promise<void>;
}

/** What both functions that take answers work with; made once for a process. */
export const answerDeps = (
  { store, issuers, secret, send }: AnswerServices,
  settings: VerificationSettings & { readonly PUBLIC_URL: string },
): AnsweringDeps => {
  const { resolve, ldp, checkStatus } = verificationDeps(settings);
  return {
    store,
    issuers,
    publicUrl: settings.PUBLIC_URL,
    verifiers: {
      'dc+sd-jwt': sdJwtVerifier(resolve),
      mso_mdoc: mdocVerifier,
      jwt_vc_json: jwtVcVerifier(resolve),
      ldp_vc: ldp.verify,
    },
    checkStatus,
    pseudonyms: async (tenant) => pseudonymsFor(await secret(), tenant),
    announce: async (walletId) => {
      try {
        await send({ walletId });
      } catch (error) {
        countMetric('AnnouncementFailed');
        logger.warn('An answer could not be announced; the sweeper will', error as Error);
      }
    },
    clock: Date.now,
    random: randomBytes,
    onRefused: (error, { tenant }) => {
      countMetric('PresentationRefused');
      const { code, cause } = error as { code?: string; cause?: { code?: string } };
      logger.info('An answer was refused', { tenant, code, cause: cause?.code });
    },
  };
};
