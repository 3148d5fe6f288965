import { didResolver } from '../credentials/did-web/index.ts';
import type { DidResolver } from '../credentials/jose/index.ts';
import { verifyJwtVc } from '../credentials/jwt-vc/index.ts';
import {
  type AllowedHosts,
  cachedGetter,
  documentGetter,
  type GetDocument,
} from '../credentials/remote/index.ts';
import { issuerSigners } from '../credentials/trust/index.ts';
import { loadZkKey } from '../credentials/zk/index.ts';
import { readAsset, recoverable } from '../platform/index.ts';
import { statusCheck } from './check-status.ts';
import { type LdpVerifier, ldpVerifier } from './ldp-format.ts';
import type { StatusCheck } from './verify-answer.ts';
import { zkStatuses } from './zk-statuses.ts';

/** What a deployment says about what credentials refer to. */
export interface VerificationSettings {
  readonly REMOTE_HOSTS: AllowedHosts;
  readonly UNAVAILABLE_STATUS: 'refuse' | 'report';
  readonly STAGE: string;
  readonly ZK_KEYS_ACKNOWLEDGED?: string | undefined;
}

/** What verification works with, whichever endpoint asks for it. */
export interface VerificationDeps {
  readonly get: GetDocument;
  readonly resolve: DidResolver;
  readonly ldp: LdpVerifier;
  readonly checkStatus: StatusCheck;
}

/** Documents are small, and a person waits: a host that is slow is as good as none. */
const GET_LIMITS = { maxBytes: 4_194_304, timeoutMs: 3_000 } as const;
const CACHE_LIMITS = { maxEntries: 64, maxAge: 600, minAge: 15 } as const;

/** Nobody holds a status list. */
const NO_BINDING = { audience: '', nonce: '' };

/** Made once for a process, as it holds the cache. */
export const verificationDeps = (settings: VerificationSettings): VerificationDeps => {
  const { REMOTE_HOSTS: hosts, UNAVAILABLE_STATUS: unavailable } = settings;
  const get = cachedGetter(documentGetter({ ...GET_LIMITS, hosts }), CACHE_LIMITS, Date.now);
  const resolve = didResolver(get, hosts.includes('loopback'));
  const ldp = ldpVerifier({
    resolve,
    clock: Date.now,
    zkKey: lazily(() => zkKey(settings)),
    zkStatuses: zkStatuses(get, Date.now),
  });
  const checkStatus: StatusCheck = async (reference, credential, registry) => {
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
  };
  return { get, resolve, ldp, checkStatus };
};

/** The key of the zero-knowledge circuit, from the function's assets. */
const zkKey = async ({ STAGE: stage, ZK_KEYS_ACKNOWLEDGED: acknowledged }: VerificationSettings) =>
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
