import { type Connection, transport } from './transport.ts';
import type {
  AuthenticationObserved,
  Decision,
  EnrolledWallet,
  Feedback,
  NewEnrolment,
  NewPresentationRequest,
  PresentationRequested,
  PresentationResult,
  ProviderEvent,
} from './types.ts';

/** What each call may be told besides. */
export interface CallOptions {
  /** Ends the call early. */
  readonly signal?: AbortSignal;
}

/** A deployment of Countersign, as an app calls it. Every call throws `ApiError`. */
export interface Countersign {
  /** Decides one event now. Scope `countersign/evaluate`. */
  evaluate(event: AuthenticationObserved | ProviderEvent, options?: CallOptions): Promise<Decision>;
  /** The decision on an event, as it stands now. */
  decision(eventId: string, options?: CallOptions): Promise<Decision>;
  /** Says what an event really was, so that its subject's baseline learns it or unlearns it. Gives the feedback's id. */
  feedback(feedback: Feedback, options?: CallOptions): Promise<string>;
  /** Takes feedback back, and what it did to the baseline. */
  withdrawFeedback(feedbackId: string, options?: CallOptions): Promise<void>;
  /** Asks a wallet to prove something. Scope `countersign/present`. */
  requestPresentation(request: NewPresentationRequest, options?: CallOptions): Promise<PresentationRequested>;
  /**
   * What was proved so far.
   *
   * @param responseCode what the wallet brought to `return_uri`; without it a request of the same-device flow stays
   * `pending`.
   */
  presentationResult(
    id: string,
    options?: CallOptions & { readonly responseCode?: string },
  ): Promise<PresentationResult>;
  /**
   * Asks a wallet to be known again as the wallet of a subject. What became of it is `enrolment` in the result of the
   * request. Scope `countersign/present`; `countersign/operate` for a subject by name.
   */
  enrolWallet(enrolment: NewEnrolment, options?: CallOptions): Promise<PresentationRequested>;
  /** The wallets of a subject, retired ones included. Scope `countersign/operate`. */
  wallets(subject: string, options?: CallOptions): Promise<readonly EnrolledWallet[]>;
  /** Retires a wallet that was lost, or that another replaces. Scope `countersign/operate`. */
  retireWallet(id: string, subject: string, options?: CallOptions): Promise<EnrolledWallet>;
}

/**
 * Connects to a deployment. Nothing is sent before the first call.
 *
 * @example
 * ```ts
 * const countersign = connect({ url: 'https://api.example', token: () => cachedToken() });
 * const { outcome, mode } = await countersign.evaluate({
 *   source: 'shop.example',
 *   'detail-type': 'Authentication Observed',
 *   detail: {
 *     metadata: { id: crypto.randomUUID() },
 *     data: { subject: { id: 'u-4711' }, action: 'sign_in', outcome: 'success' },
 *   },
 * });
 * ```
 */
export const connect = (connection: Connection): Countersign => {
  const call = transport(connection);
  const at = (prefix: string, id: string): string => `/v1/${prefix}/${encodeURIComponent(id)}`;
  return {
    evaluate: (body, { signal } = {}) => call({ method: 'POST', path: '/v1/evaluate', body, signal }),
    decision: (eventId, { signal } = {}) => call({ method: 'GET', path: at('decisions', eventId), signal }),
    feedback: async (body, { signal } = {}) => {
      const given = await call<{ feedbackId: string }>({
        method: 'POST',
        path: '/v1/feedback',
        body,
        signal,
      });
      return given.feedbackId;
    },
    withdrawFeedback: (id, { signal } = {}) => call({ method: 'DELETE', path: at('feedback', id), signal }),
    requestPresentation: (body, { signal } = {}) =>
      call({ method: 'POST', path: '/v1/presentation-requests', body, signal }),
    presentationResult: (id, { signal, responseCode } = {}) =>
      call({
        method: 'GET',
        path: at('presentation-requests', id),
        query: { response_code: responseCode },
        signal,
      }),
    enrolWallet: (body, { signal } = {}) => call({ method: 'POST', path: '/v1/wallets', body, signal }),
    wallets: async (subject, { signal } = {}) => {
      const listed = await call<{ wallets: EnrolledWallet[] }>({
        method: 'GET',
        path: '/v1/wallets',
        query: { subject },
        signal,
      });
      return listed.wallets;
    },
    retireWallet: (id, subject, { signal } = {}) =>
      call({ method: 'DELETE', path: at('wallets', id), query: { subject }, signal }),
  };
};
