import { randomBytes } from 'node:crypto';
import { didResolver } from '../credentials/did-web/index.ts';
import { verifyJwtVc } from '../credentials/jwt-vc/index.ts';
import { type AllowedHosts, cachedGetter, documentGetter } from '../credentials/remote/index.ts';
import { issuerSigners, type TrustedIssuerStore } from '../credentials/trust/index.ts';
import { loadZkKey } from '../credentials/zk/index.ts';
import { countMetric, logger, readAsset, recoverable } from '../platform/index.ts';
import type { AnsweringDeps } from './answer-request.ts';
import { statusCheck } from './check-status.ts';
import { jwtVcVerifier, sdJwtVerifier } from './formats.ts';
import { ldpVerifier } from './ldp-format.ts';
import type { PresentationStore } from './presentations.store.ts';
import { zkStatuses } from './zk-statuses.ts';

/** What a deployment says about what credentials refer to. */
export interface RemoteSettings {
  readonly REMOTE_HOSTS: AllowedHosts;
  readonly UNAVAILABLE_STATUS: 'refuse' | 'report';
  readonly PUBLIC_URL: string;
  readonly STAGE: string;
  readonly ZK_KEYS_ACKNOWLEDGED?: string | undefined;
}

/** Documents are small, and a person waits: a host that is slow is as good as none. */
const GET_LIMITS = { maxBytes: 4_194_304, timeoutMs: 3_000 } as const;
const CACHE_LIMITS = { maxEntries: 64, maxAge: 600, minAge: 15 } as const;

/** What both functions that take answers work with; made once for a process, as it holds the cache. */
export const answerDeps = (
  store: PresentationStore,
  issuers: TrustedIssuerStore,
  settings: RemoteSettings,
): AnsweringDeps => {
  const { REMOTE_HOSTS: hosts, UNAVAILABLE_STATUS: unavailable } = settings;
  const get = cachedGetter(documentGetter({ ...GET_LIMITS, hosts }), CACHE_LIMITS, Date.now);
  const resolve = didResolver(get, hosts.includes('loopback'));
  const ldp = ldpVerifier({
    resolve,
    clock: Date.now,
    zkKey: lazily(() => zkKey(settings)),
    zkStatuses: zkStatuses(get, Date.now),
  });
  return {
    store,
    issuers,
    publicUrl: settings.PUBLIC_URL,
    verifiers: {
      'dc+sd-jwt': sdJwtVerifier(resolve),
      jwt_vc_json: jwtVcVerifier(resolve),
      ldp_vc: ldp.verify,
    },
    checkStatus: async (reference, credential, registry) => {
      const signers = issuerSigners(registry, resolve);
      const verifyLdpList = ldp.verifyList(await registry(credential.issuer));
      const check = statusCheck({
        get,
        signers,
        // A list in a JWT begins like every compact JWS; one with a proof is a JSON object.
        verifyList: async (body, now) =>
          body[0] === 0x7b
            ? verifyLdpList(body, now)
            : verifyJwtVc(body.toString('latin1').trim(), {
                signers,
                resolve,
                binding: NO_BINDING,
                bindingRequired: false,
                now,
              }),
        unavailable,
        clock: Date.now,
      });
      return check(reference, credential, registry);
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

/** Nobody holds a status list. */
const NO_BINDING = { audience: '', nonce: '' };

/** The key of the zero-knowledge circuit, from the function's assets. */
const zkKey = async ({ STAGE: stage, ZK_KEYS_ACKNOWLEDGED: acknowledged }: RemoteSettings) =>
  loadZkKey(
    {
      manifest: await readAsset('zk-manifest.json'),
      verificationKey: await readAsset('credential.vkey.json'),
    },
    { stage, acknowledged },
  );

/** Loads at the first use, and again after a failure. */
const lazily = <T>(load: () => Promise<T>): (() => Promise<T>) => {
  let loading: (() => Promise<T>) | undefined;
  return () => {
    loading ??= recoverable(load);
    return loading();
  };
};
