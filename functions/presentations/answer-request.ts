import type { TrustedIssuerStore } from '../credentials/trust/index.ts';
import { CountersignError } from '../platform/index.ts';
import { invalidResponse, PresentationError, unknownRequest } from './presentation-error.ts';
import { isBrowserMode, isRequestId, type PresentationRequest, requestUris } from './presentation-request.ts';
import { hashOfCode, type Outcome, statusOf } from './presentation-result.ts';
import type { PresentationStore, StoredPresentation } from './presentations.store.ts';
import { type AnswerDeps, verifyAnswer } from './verify-answer.ts';
import { parseForm, readFromBrowser, readPosted, type WalletResponse } from './wallet-response.ts';

/** What answering works with. */
export interface AnsweringDeps extends AnswerDeps {
  readonly store: PresentationStore;
  readonly issuers: Pick<TrustedIssuerStore, 'get'>;
  /** Base URL of the API as wallets reach it. */
  readonly publicUrl: string;
  /** Gives that many random bytes. */
  readonly random: (bytes: number) => Buffer;
  /** Tells whoever waits for the answer that it is there. What fails here is made up for by the sweeper. */
  readonly announce: (walletId: string) => Promise<void>;
  /** Told of every refusal, for operators: its reason is in no log that holds personal data. */
  readonly onRefused: (error: unknown, request: PresentationRequest) => void;
}

/**
 * Takes a wallet's answer at the response endpoint.
 *
 * @param body of the form, as posted.
 * @returns where the wallet is to send the person, in the same-device flow.
 * @throws PresentationError `presentation-request-unknown`, `request-closed`, `response-invalid`,
 * `presentation-refused`
 */
export const answerPosted = async (
  walletId: string | undefined,
  body: string,
  deps: AnsweringDeps,
): Promise<{ readonly redirectUri?: string }> => {
  const stored = await openRequest(walletId, deps);
  const { request } = stored;
  if (isBrowserMode(request.responseMode)) throw unknownRequest();
  const response = await counted(request, deps, async () => readPosted(parseForm(body), request));
  if (response.kind === 'error') {
    await refuse(request, `wallet-error:${response.error}`, deps);
    return request.returnUri === undefined
      ? {}
      : { redirectUri: withParameter(request.returnUri, 'error', response.error) };
  }
  const code = request.returnUri === undefined ? undefined : deps.random(32).toString('base64url');
  const { responseUri } = requestUris(deps.publicUrl, request.walletId);
  await settle(request, response, { audience: request.clientId, responseUri }, code, deps);
  return request.returnUri === undefined || code === undefined
    ? {}
    : { redirectUri: withParameter(request.returnUri, 'response_code', code) };
};

/**
 * Takes what the browser's Digital Credentials API gave to the app's page.
 *
 * @param origin of that page, as the app's own server knows it.
 * @throws PresentationError as {@link answerPosted}
 */
export const answerFromBrowser = async (
  walletId: string | undefined,
  tenant: string,
  { origin, data }: { readonly origin: string; readonly data: unknown },
  deps: AnsweringDeps,
): Promise<void> => {
  const { request } = await openRequest(walletId, deps);
  if (request.tenant !== tenant || !isBrowserMode(request.responseMode)) throw unknownRequest();
  const response = await counted(request, deps, async () => {
    if (!request.origins?.includes(origin))
      throw invalidResponse('The response is of a page at another origin');
    return readFromBrowser(data, request);
  });
  if (response.kind === 'error') {
    await refuse(request, `wallet-error:${response.error}`, deps);
    return;
  }
  await settle(request, response, { audience: `origin:${origin}` }, undefined, deps);
};

const openRequest = async (
  walletId: string | undefined,
  { store, clock }: AnsweringDeps,
): Promise<StoredPresentation> => {
  const stored = isRequestId(walletId) ? await store.get(walletId) : undefined;
  if (stored === undefined) throw unknownRequest();
  if (statusOf(stored, clock()) !== 'pending') throw closed();
  return stored;
};

const closed = (): PresentationError =>
  new PresentationError('request-closed', 'The request was answered already, or its time is over', {
    status: 400,
  });

/** A refusal leaves the request open for a few more tries: whoever saw the QR code may send anything. */
const counted = async <T>(
  request: PresentationRequest,
  deps: AnsweringDeps,
  work: () => Promise<T>,
): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CountersignError && error.status < 500) {
      deps.onRefused(error, request);
      await refuse(request, reasonOf(error), deps);
    }
    throw error;
  }
};

/** Whoever waits is told of a refusal only when it closes the request. */
const refuse = async (
  { walletId }: PresentationRequest,
  reason: string,
  { store, announce }: AnsweringDeps,
): Promise<void> => {
  if (await store.refuse(walletId, reason)) await announce(walletId);
};

/** The code of what was wrong at bottom: of the token rather than of the answer that held it. */
const reasonOf = (error: CountersignError): string =>
  error.cause instanceof CountersignError ? error.cause.code : error.code;

const settle = async (
  request: PresentationRequest,
  response: Extract<WalletResponse, { kind: 'presentations' }>,
  bound: { readonly audience: string; readonly responseUri?: string },
  code: string | undefined,
  deps: AnsweringDeps,
): Promise<void> => {
  const outcome: Outcome = await counted(request, deps, () =>
    verifyAnswer(
      request,
      response.vpToken,
      bound,
      (issuer) => deps.issuers.get(request.tenant, issuer),
      deps,
    ),
  );
  const hash = code === undefined ? undefined : hashOfCode(code);
  if (!(await deps.store.accept(request.walletId, outcome, hash))) throw closed();
  // In the same-device flow the app's front end has the word: the person who comes back is the one who asked.
  if (hash === undefined) await deps.announce(request.walletId);
};

/**
 * Takes it that the app has shown the right response code: only now what waits for the answer may go on. Somebody
 * who had another person answer a link has no code.
 */
export const redeemAnswer = async (
  { request, outcome, responseCodeHash }: StoredPresentation,
  { store, announce }: Pick<AnsweringDeps, 'store' | 'announce'>,
): Promise<void> => {
  if (outcome === undefined || responseCodeHash === undefined) return;
  if (await store.redeem(request.walletId)) await announce(request.walletId);
};

const withParameter = (uri: string, name: string, value: string): string => {
  const url = new URL(uri);
  url.searchParams.set(name, value);
  return url.href;
};
