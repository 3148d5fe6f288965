import type { Fetch } from './transport.ts';
import { WalletError } from './wallet-error.ts';
import { askedOf, type VerifiedRequest } from './wallet-request.ts';

export { WalletError } from './wallet-error.ts';
export { type Asked, askedOf, type VerifiedRequest } from './wallet-request.ts';

/** What is used of the proving workspace, `@countersign/circuits`. */
export interface ProvingWorkspace {
  createZkDeriveCryptosuite(options: DeriveWith & DeriveFor): { readonly name: string };
}

/** What the holder brings. The workspace's own documentation says how each is made. */
export interface DeriveWith {
  readonly opening: { readonly secret: bigint; readonly blinding: bigint };
  // biome-ignore lint/suspicious/noExplicitAny: the workspace's own class
  readonly statusList: any;
  // biome-ignore lint/suspicious/noExplicitAny: the workspace's own function
  readonly prover: any;
  /** The verifier's time, seconds since the epoch. */
  readonly now: number;
  readonly onProgress?: (stage: 'witness' | 'proof' | 'done') => void;
}

interface DeriveFor {
  // biome-ignore lint/suspicious/noExplicitAny: checked by the workspace
  readonly predicates: any;
  readonly reveal: readonly string[];
  readonly scopeName: string | undefined;
  readonly binding: {
    readonly nonce: string;
    readonly audience: string;
    readonly responseUri: string | undefined;
    readonly presentationKey: string;
  };
}

/** The name is no literal: this package does without the other, which is under GPL-3.0-or-later. */
const PEER: string = '@countersign/circuits';

/**
 * The proving workspace, which is installed apart: it is GPL-3.0-or-later, this package is Apache-2.0.
 *
 * @param load how to import it; bundlers see a literal import only: `() => import('@countersign/circuits')`.
 * @throws WalletError `prover-missing`
 */
export const loadProving = async (
  load: () => Promise<ProvingWorkspace> = () => import(PEER),
): Promise<ProvingWorkspace> => {
  try {
    return await load();
  } catch (cause) {
    throw new WalletError(
      'prover-missing',
      `Proving needs ${PEER} (GPL-3.0-or-later), which is not installed or could not be loaded`,
      cause,
    );
  }
};

/**
 * The cryptosuite that derives, from a credential with a base proof, exactly what a request asks: for
 * `new DataIntegrityProof({ cryptosuite })` and `vc.derive`.
 *
 * @param presentationKey the fresh did:key that will sign the presentation around the credential.
 * @param proving @default {@link loadProving}'s
 * @throws WalletError `query-unknown`, `claim-unsupported`, `prover-missing`
 * @example
 * ```ts
 * const cryptosuite = await derivingSuite(request, 'employee', key.did, { opening, statusList, prover, now });
 * ```
 */
export const derivingSuite = async (
  request: VerifiedRequest,
  id: string | undefined,
  presentationKey: string,
  holder: DeriveWith,
  proving?: ProvingWorkspace,
): Promise<{ readonly name: string }> => {
  const { predicates, reveal, pseudonymScope } = askedOf(request, id);
  const { createZkDeriveCryptosuite } = proving ?? (await loadProving());
  return createZkDeriveCryptosuite({
    ...holder,
    predicates,
    reveal,
    scopeName: pseudonymScope,
    binding: {
      nonce: request.nonce,
      audience: request.client_id,
      responseUri: request.response_uri,
      presentationKey,
    },
  });
};

/** How an answer is sent. */
export interface AnswerOptions {
  /** @default the global `fetch` */
  readonly fetch?: Fetch;
  /** Makes the JWE of a response (OpenID4VP 1.0 §8.3); needed where the request asks for it. */
  readonly encrypt?: (
    response: Readonly<Record<string, unknown>>,
    request: VerifiedRequest,
  ) => Promise<string>;
}

/**
 * Posts presentations to the verifier (`direct_post`, `direct_post.jwt`).
 *
 * @param vpToken presentations by id of the credential query.
 * @returns where to send the person, in the same-device flow.
 * @throws WalletError `mode-unsupported`, `encryption-needed`, `verifier-unreachable`, `answer-refused`
 */
export const postAnswer = async (
  request: VerifiedRequest,
  vpToken: Readonly<Record<string, readonly unknown[]>>,
  { fetch: fetcher = (url, init) => fetch(url, init), encrypt }: AnswerOptions = {},
): Promise<{ readonly redirectUri?: string }> => {
  const { response_mode: mode, response_uri: address, state } = request;
  if (!/^direct_post(\.jwt)?$/.test(mode) || address === undefined)
    throw new WalletError('mode-unsupported', 'The request is not to be answered by post');
  const withState = state === undefined ? {} : { state };
  const form = new URLSearchParams();
  if (mode === 'direct_post') {
    form.set('vp_token', JSON.stringify(vpToken));
    if (state !== undefined) form.set('state', state);
  } else {
    // What a request wants encrypted is never sent in the clear.
    if (!encrypt) throw new WalletError('encryption-needed', 'The request asks for an encrypted response');
    form.set('response', await encrypt({ vp_token: vpToken, ...withState }, request));
  }
  let answer: Response;
  let said: { redirect_uri?: unknown; error_description?: unknown };
  try {
    answer = await fetcher(address, { method: 'POST', body: form, redirect: 'error' });
    said = (await answer.json()) as typeof said;
  } catch (cause) {
    throw new WalletError('verifier-unreachable', 'The verifier did not answer', cause);
  }
  if (!answer.ok)
    throw new WalletError(
      'answer-refused',
      String(said.error_description ?? `The verifier answered ${answer.status}`),
    );
  return typeof said.redirect_uri === 'string' ? { redirectUri: said.redirect_uri } : {};
};
