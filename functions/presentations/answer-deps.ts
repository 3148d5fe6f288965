import { randomBytes } from 'node:crypto';
import { resolveLocalDid } from '../credentials/jose/index.ts';
import { countMetric, logger } from '../platform/index.ts';
import type { AnsweringDeps } from './answer-request.ts';
import { jwtVcVerifier, sdJwtVerifier } from './formats.ts';
import { refusedPresentation } from './presentation-error.ts';

/** What both functions that take answers work with. */
export const answerDeps = ({ store, issuers }: Pick<AnsweringDeps, 'store' | 'issuers'>): AnsweringDeps => ({
  store,
  issuers,
  verifiers: {
    'dc+sd-jwt': sdJwtVerifier(resolveLocalDid),
    jwt_vc_json: jwtVcVerifier(resolveLocalDid),
  },
  checkStatus: async () => {
    throw refusedPresentation('The status of the credential cannot be looked up');
  },
  clock: Date.now,
  random: randomBytes,
  onRefused: (error, { tenant }) => {
    countMetric('PresentationRefused');
    const { code, cause } = error as { code?: string; cause?: { code?: string } };
    logger.info('An answer was refused', { tenant, code, cause: cause?.code });
  },
});
