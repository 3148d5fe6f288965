import { randomBytes } from 'node:crypto';
import type { TrustedIssuerStore } from '../credentials/trust/index.ts';
import { countMetric, logger } from '../platform/index.ts';
import type { AnsweringDeps } from './answer-request.ts';
import { jwtVcVerifier, sdJwtVerifier } from './formats.ts';
import type { PresentationStore } from './presentations.store.ts';
import { type VerificationSettings, verificationDeps } from './verification-deps.ts';

/** What both functions that take answers work with; made once for a process. */
export const answerDeps = (
  store: PresentationStore,
  issuers: TrustedIssuerStore,
  settings: VerificationSettings & { readonly PUBLIC_URL: string },
): AnsweringDeps => {
  const { resolve, ldp, checkStatus } = verificationDeps(settings);
  return {
    store,
    issuers,
    publicUrl: settings.PUBLIC_URL,
    verifiers: {
      'dc+sd-jwt': sdJwtVerifier(resolve),
      jwt_vc_json: jwtVcVerifier(resolve),
      ldp_vc: ldp.verify,
    },
    checkStatus,
    clock: Date.now,
    random: randomBytes,
    onRefused: (error, { tenant }) => {
      countMetric('PresentationRefused');
      const { code, cause } = error as { code?: string; cause?: { code?: string } };
      logger.info('An answer was refused', { tenant, code, cause: cause?.code });
    },
  };
};
