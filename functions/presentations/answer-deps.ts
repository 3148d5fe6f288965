import { randomBytes } from 'node:crypto';
import { didResolver } from '../credentials/did-web/index.ts';
import type { SignerResolver } from '../credentials/jose/index.ts';
import { verifyJwtVc } from '../credentials/jwt-vc/index.ts';
import { type AllowedHosts, cachedGetter, documentGetter } from '../credentials/remote/index.ts';
import { issuerSigners, type TrustedIssuerStore } from '../credentials/trust/index.ts';
import { countMetric, logger } from '../platform/index.ts';
import type { AnsweringDeps } from './answer-request.ts';
import { statusCheck } from './check-status.ts';
import { jwtVcVerifier, sdJwtVerifier } from './formats.ts';
import { ldpVerifier } from './ldp-format.ts';
import type { PresentationStore } from './presentations.store.ts';

/** What a deployment says about what credentials refer to. */
export interface RemoteSettings {
  readonly REMOTE_HOSTS: AllowedHosts;
  readonly UNAVAILABLE_STATUS: 'refuse' | 'report';
}

/** Documents are small, and a person waits: a host that is slow is as good as none. */
const GET_LIMITS = { maxBytes: 4_194_304, timeoutMs: 3_000 } as const;
const CACHE_LIMITS = { maxEntries: 64, maxAge: 600, minAge: 15 } as const;

/** What both functions that take answers work with; made once for a process, as it holds the cache. */
export const answerDeps = (
  store: PresentationStore,
  issuers: TrustedIssuerStore,
  { REMOTE_HOSTS: hosts, UNAVAILABLE_STATUS: unavailable }: RemoteSettings,
): AnsweringDeps => {
  const get = cachedGetter(documentGetter({ ...GET_LIMITS, hosts }), CACHE_LIMITS, Date.now);
  const resolve = didResolver(get, hosts.includes('loopback'));
  const binding = { audience: '', nonce: '' };
  return {
    store,
    issuers,
    verifiers: {
      'dc+sd-jwt': sdJwtVerifier(resolve),
      jwt_vc_json: jwtVcVerifier(resolve),
      ldp_vc: ldpVerifier({ resolve, clock: Date.now }),
    },
    checkStatus: (reference, credential, registry) => {
      const signers: SignerResolver = issuerSigners(registry, resolve);
      return statusCheck({
        get,
        signers,
        verifyList: async (body, now) =>
          verifyJwtVc(body.toString('latin1').trim(), {
            signers,
            resolve,
            binding,
            bindingRequired: false,
            now,
          }),
        unavailable,
        clock: Date.now,
      })(reference, credential, registry);
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
